"""Compendia of whole transcriptomes: their store, their splits, and scalings that know training samples alone."""
