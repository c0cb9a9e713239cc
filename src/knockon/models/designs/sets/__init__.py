"""Models of strains with several knock-outs, told cycle by cycle of design and test."""
