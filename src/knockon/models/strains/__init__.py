"""Models of yeast strains fitted in closed form, by trees or by alternation; the strains that they learn from."""
