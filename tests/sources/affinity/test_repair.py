"""Groups written from MOL2 atom types become the molecules that a chemist draws; every heavy atom stays."""

import pytest
from rdkit import Chem

from knockon.sources.affinity.molecules import MoleculeError, identity, neutral
from knockon.sources.affinity.repair import repair


def key(smiles):
    return identity(neutral(Chem.MolFromSmiles(smiles))).inchikey


@pytest.mark.parametrize(
    ("damaged", "clean", "group"),
    [
        ("c1ccccc1[C-](=O)=O", "OC(=O)c1ccccc1", "carboxylate"),
        ("O=[C-](=O)C[NH3+]", "NCC(=O)O", "carboxylate"),
        ("c1ccccc1[C+](=[NH2])=[NH2]", "NC(=N)c1ccccc1", "amidinium"),
        ("CCCN[C+](=[NH2])=[NH2]", "CCCNC(N)=N", "amidinium"),
        ("CCCC[NH]=[C+](=[NH2])=[NH2]", "CCCCNC(N)=N", "amidinium"),
        ("Cn1cnc2c(=O)[nH][c+](=[NH2])[nH]c12", "Cn1cnc2c(=O)[nH]c(N)nc12", "amidinium"),
        ("CO[P](=O)(=O)=O", "COP(=O)(O)O", "phosphate or sulfonate"),
        ("COP(=O)(=O)OP(=O)(=O)=O", "COP(=O)(O)OP(=O)(O)O", "phosphate or sulfonate"),
        ("CC[S](=O)(=O)=O", "CCS(=O)(=O)O", "phosphate or sulfonate"),
        ("CB([OH2])[OH2]", "CB(O)O", "boronate"),
        ("C[CH3]B(O)O", "CCB(O)O", "boronate"),
        ("CC=[N](C)C", "CC=[N+](C)C", "onium"),
        ("CO[PH](O)(O)O", "COP(=O)(O)O", "hydrogenated oxide"),
        ("CCS(O)(O)O", "CCS(=O)(=O)O", "hydrogenated oxide"),
    ],
)
def test_a_group_is_set_right(damaged, clean, group):
    repaired = repair(damaged)
    assert group in repaired.groups
    assert identity(neutral(repaired.molecule)).inchikey == key(clean)


def test_stereo_outlives_the_repair():
    left, right = repair("C[C@H]([NH3+])[C-](=O)=O"), repair("C[C@@H]([NH3+])[C-](=O)=O")
    assert identity(neutral(left.molecule)).inchikey == key("C[C@H](N)C(=O)O")
    assert identity(neutral(right.molecule)).inchikey == key("C[C@@H](N)C(=O)O")
    assert key("C[C@H](N)C(=O)O") != key("C[C@@H](N)C(=O)O")
    double = repair("C/C=C/C[C-](=O)=O")
    assert identity(neutral(double.molecule)).inchikey == key("C/C=C/CC(=O)O")


def test_what_is_right_is_left_alone():
    for smiles in ("CC(=O)Oc1ccccc1C(=O)O", "C[N+](C)(C)C", "CS(N)(=O)=O", "C[N+](=O)[O-]", "COP(=O)(O)O", "CP(=O)O"):
        repaired = repair(smiles)
        assert repaired.groups == ()
        assert Chem.MolToSmiles(repaired.molecule) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize("smiles", ["c1c[nH]c2c1cccc2C[C@H]([NH3+])[C-](=O)=O", "OC(=O)C[P](=O)(=O)=O"])
def test_no_heavy_atom_is_added_or_lost(smiles):
    before = [atom.GetSymbol() for atom in Chem.MolFromSmiles(smiles, sanitize=False).GetAtoms()]
    assert [atom.GetSymbol() for atom in repair(smiles).molecule.GetAtoms()] == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no heavy atom"),
        ("not a smiles", "not a SMILES"),
        ("c1ccccc", "not a SMILES"),
        ("CC(C)(C)(C)C", "impossible valence of C"),
        ("c1cccc1", "no alternating bonds"),
    ],
)
def test_what_can_not_be_repaired_is_refused_with_its_reason(text, reason):
    with pytest.raises(MoleculeError, match=reason):
        repair(text)


@pytest.mark.public
def test_of_the_public_complexes_all_but_a_few_are_molecules(public_files):
    """The aim: at least 98.5 % of 13,372; and the core is as its clean SMILES say in at least 97 % of 290."""
    from knockon.dataset.affinity.ligands import Ledger, read_molecules
    from knockon.sources.affinity.complexes import read_core, read_pdbbind

    folder = public_files / "affinity"
    table = read_pdbbind(folder / "pdbbind2016" / "pdbbind2016_deepdtaf_all.csv").table
    core = read_core(folder / "plapt" / "Test2016_290.csv").table
    part = [row == "test" for row in table["part"].to_pylist()]
    tested = table.filter(part)
    ledger = Ledger()
    read = read_molecules(table["ligand"].combine_chunks().dictionary.to_pylist(), ledger=ledger)
    keys = dict(zip(table["ligand"].combine_chunks().dictionary.to_pylist(), read.keys, strict=True))
    usable = sum(keys[text] != "" for text in table["ligand"].to_pylist())
    assert (len(table), usable / len(table) >= 0.985, ledger.repaired > 4000) == (13_372, True, True)
    mine = {name: keys[text] for name, text in zip(*(tested[c].to_pylist() for c in ("name", "ligand")), strict=True)}
    clean = read_molecules(core["ligand"].to_pylist()).keys
    same = sum(mine[name] == truth for name, truth in zip(core["name"].to_pylist(), clean, strict=True))
    assert same / 290 >= 0.97
