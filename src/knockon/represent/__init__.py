"""Vectors for genes, proteins and molecules, their cache, and the aggregation over a strain's perturbations."""
