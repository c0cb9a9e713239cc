"""Losses, one family a file: fit on training rows, forward with masks, decode to the label's unit."""
