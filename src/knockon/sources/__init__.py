"""Public files: which there are, how they are fetched and verified, and one reader per published format."""
