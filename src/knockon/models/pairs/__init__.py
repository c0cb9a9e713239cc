"""Models of gene pairs: features made out of fold, and what learns from them."""
