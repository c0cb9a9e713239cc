"""A planted yeast, written in the published formats, with its truth beside it."""
