"""Ligands are known by what they are, however they are written."""

import pyarrow as pa

from knockon.dataset.affinity.ligands import LIGAND_SCHEMA, Ledger, canonical_corpus, ligand_table, read_molecules


def test_one_molecule_in_five_writings():
    texts = ["CC(=O)O", "OC(C)=O", "CC(=O)[O-]", "C[C-](=O)=O"]
    read = read_molecules([*texts])
    other = read_molecules(["InChI=1S/C2H4O2/c1-2(3)4/h1H3,(H,3,4)"], inchi=True)
    assert len({*read.keys, *other.keys}) == 1
    table = ligand_table([read, other])
    assert table.schema.equals(LIGAND_SCHEMA)
    assert table.to_pylist() == [{"ligand": read.keys[0], "smiles": "CC(=O)O", "heavy_atoms": 4}]


def test_enantiomers_are_two():
    table = ligand_table([read_molecules(["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"])])
    assert table.num_rows == 3
    assert len({key[:14] for key in table["ligand"].to_pylist()}) == 1


def test_a_ledger_counts_repaired_and_dropped_and_why():
    ledger = Ledger()
    read = read_molecules(["CCO", "C[C-](=O)=O", "CC(C)(C)(C)C", "MKTAYIAK", "C1CC", ""], ledger=ledger)
    assert [bool(key) for key in read.keys] == [True, True, False, False, False, False]
    assert ledger.summary() == {
        "valid": 1,
        "repaired": 1,
        "dropped": 4,
        "repaired_groups": {"carboxylate": 1},
        "dropped_reasons": {
            "impossible valence of C": 1,
            "letters of a peptide, not SMILES": 1,
            "no heavy atom": 1,
            "not a SMILES": 1,
        },
    }
    assert ligand_table([read]).num_rows == 2


def test_a_corpus_is_distinct_and_valid():
    smiles, ledger = canonical_corpus(["OCC", "CCO", "C[NH3+]", "C1CC"])
    assert smiles.equals(pa.array(["CCO", "C[NH3+]"], pa.large_string()))
    assert (ledger.valid, ledger.dropped["not a molecule"]) == (3, 1)
