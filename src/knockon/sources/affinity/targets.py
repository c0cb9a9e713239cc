"""Targets of DUD-E by the structure that they were docked to: its files name no sequence."""

DUDE_STRUCTURES = {"ada": "2e1w", "ampc": "1l2s", "cxcr4": "3odu", "fabp4": "2nnq", "mk01": "2ojg", "pur2": "1njs"}
"""Target → PDB id (Mysinger et al. 2012, table of targets)."""
