"""The stages of the yeast study."""
