"""A molecule is known by the InChIKey of its neutral form."""

import pytest
from rdkit import Chem

from knockon.sources.affinity.molecules import MoleculeError, from_inchi, identity, neutral, parse


def test_protonation_is_no_difference():
    forms = ("C[NH3+]", "CN"), ("CC(=O)[O-]", "CC(=O)O"), ("[NH3+]CC(=O)[O-]", "NCC(=O)O")
    for charged, plain in forms:
        assert identity(neutral(parse(charged))) == identity(neutral(parse(plain)))


def test_a_charge_that_no_proton_makes_stays():
    assert Chem.GetFormalCharge(neutral(parse("C[N+](C)(C)C"))) == 1


def test_a_nitrogen_that_turns_over_has_no_hand():
    left, right = (identity(neutral(parse(text))) for text in ("CC[N@H+](C)CC(C)O", "CC[N@@H+](C)CC(C)O"))
    assert left == right


def test_stereo_of_an_inchi_is_kept():
    left = from_inchi("InChI=1S/C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t2-/m0/s1")
    assert identity(left).smiles in ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O")
    assert identity(left).heavy_atoms == 6


@pytest.mark.parametrize("text", ["CC(", "", "C1CC"])
def test_no_molecule_is_one_error(text, capfd):
    with pytest.raises(MoleculeError):
        parse(text)
    with pytest.raises(MoleculeError):
        from_inchi("InChI=nonsense")
    assert capfd.readouterr().err == ""
