"""Ligands, proteins and measured pairs of the affinity study, and how they are split."""
