"""Actives and decoys of targets, and a repair compared with the truth."""

from knockon.dataset.affinity.collect import collect
from knockon.dataset.affinity.ligands import read_molecules
from knockon.dataset.affinity.screens import SCREEN_SCHEMA, agreement, screen_table
from tests.dataset.affinity.made_up import CHAIN, source


def test_a_target_has_each_ligand_once_and_the_protein_of_its_structure():
    actives, decoys = read_molecules(["CCO", "CC[O-]"]), read_molecules(["OCC", "CCN", "C1CC"])
    found = collect({"one": source(("CCC", CHAIN, 6.0, "=", ""))}, (actives, decoys))
    molecules = {("ada", False): decoys, ("ada", True): actives, ("ampc", True): actives}
    table = screen_table(molecules, {"ada": "row 2", "ampc": "9xyz"}, found.measurements, found.ligands)
    assert table.schema.equals(SCREEN_SCHEMA)
    smiles = found.ligands["smiles"].to_pylist()
    rows = [(row["target"], smiles[row["ligand"]], row["active"], row["protein"]) for row in table.to_pylist()]
    assert rows == [("ada", "CCO", True, 0), ("ada", "CCN", False, 0), ("ampc", "CCO", True, None)]


def test_agreement_counts_what_is_the_same():
    found = collect(
        {
            "damaged": source(
                ("C[C-](=O)=O", CHAIN, 6.0, "=", "test"),
                ("C[C@H](N)CO", CHAIN, 6.0, "=", "test"),
                ("CCCC", CHAIN, 6.0, "=", "test"),
                ("CCN", CHAIN, 6.0, "=", "training"),
            ),
            "clean": source(
                ("CC(=O)O", CHAIN, 6.0, "=", ""),
                ("C[C@@H](N)CO", CHAIN, 6.0, "=", ""),
                ("CCCCC", CHAIN, 6.0, "=", ""),
                ("CCN", CHAIN, 6.0, "=", ""),
            ),
        }
    )
    counted = agreement(found.measurements, found.ligands, "damaged", "clean", "test")
    assert counted == {
        "compared": 3,
        "same": 1,
        "same_without_stereo": 2,
        "absent": 1,
        "different": ["row 3", "row 4"],
    }
