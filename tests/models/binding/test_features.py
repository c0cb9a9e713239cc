"""Fingerprints, composition and similarities against RDKit and counts by hand."""

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

from knockon.errors import KnockonError
from knockon.models.binding.features import composition, fingerprints, ligand_similarity, protein_similarity

LIGANDS = ("CCO", "CCN", "c1ccccc1O", "C[C@H](N)O", "C[C@@H](N)O")


def test_similarity_equals_rdkit():
    generator = GetMorganGenerator(radius=2, fpSize=2048, includeChirality=True)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(smiles)) for smiles in LIGANDS]
    expected = [[DataStructs.TanimotoSimilarity(one, other) for other in prints] for one in prints]
    assert np.allclose(ligand_similarity(LIGANDS, LIGANDS), expected)


def test_enantiomers_differ():
    assert (fingerprints(LIGANDS)[3] != fingerprints(LIGANDS)[4]).any()


def test_an_invalid_smiles_is_named():
    with pytest.raises(KnockonError, match="ligand 2: 'C1CC'"):
        fingerprints(("CC", "C1CC"))


def test_composition_by_hand():
    found = composition(("AACX",))[0]
    assert found[0] == pytest.approx(0.5)
    assert found[1] == pytest.approx(0.25)
    assert found[20] == pytest.approx(1 / 3)
    assert found[20:420].sum() == pytest.approx(2 / 3)


def test_words_by_hand():
    """AAC, ACA, CAA against AAC, ACD: one word in common."""
    assert protein_similarity(["AACAA"], ["AACD"])[0, 0] == pytest.approx(1 / np.sqrt(3 * 2))
    assert protein_similarity(["AACAA"], ["AACAA"])[0, 0] == pytest.approx(1.0)
    assert protein_similarity(["AA"], ["AACD"])[0, 0] == 0
