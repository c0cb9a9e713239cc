"""Models of how strongly a ligand binds a protein."""
