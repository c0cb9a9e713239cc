"""Readers of the affinity study: proteins, ligands, and how strongly they bind."""
