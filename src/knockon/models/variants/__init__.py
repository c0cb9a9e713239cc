"""Models of protein variants."""
