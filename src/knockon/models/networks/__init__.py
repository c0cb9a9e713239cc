"""Neural networks of yeast strains, trained by the one loop."""
