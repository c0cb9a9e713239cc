"""Likeness of proteins and ligands, against brute force."""

import numpy as np
import pyarrow as pa
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from knockon.dataset.affinity.groups import (
    alike_proteins,
    fingerprints,
    ligand_clusters,
    near_ligands,
    protein_clusters,
    scaffolds,
    words,
)

SMILES = ["CCO", "CCCO", "CCCCO", "c1ccccc1C(=O)O", "c1ccccc1CC(=O)O", "C1CCCCC1N", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"]


def sequences(seed=1, count=12):
    random = np.random.default_rng(seed)
    letters = np.array(list("ACDEFGHIKLMNPQRSTVWY"))
    made = []
    for _ in range(count // 3):
        ancestor = random.choice(letters, 60)
        made += [
            "".join(np.where(random.random(60) < rate, random.choice(letters, 60), ancestor)) for rate in (0, 0.05, 0.2)
        ]
    return [*made, "MKT"]


def test_shares_of_words_are_those_of_sets():
    texts = sequences()
    sets = [{text[i : i + 6] for i in range(len(text) - 5)} for text in texts]
    everyone = np.arange(len(texts))
    for share in (0.2, 0.5, 0.9):
        found = alike_proteins(words(pa.array(texts)), everyone, everyone, share).toarray()
        expected = [[bool(a & b) and len(a & b) >= share * min(len(a), len(b)) for b in sets] for a in sets]
        np.testing.assert_array_equal(found, expected)


def test_proteins_of_different_clusters_are_less_alike_than_the_threshold():
    texts = sequences()
    held = words(pa.array(texts))
    cluster = protein_clusters(held, 0.2)
    everyone = np.arange(len(texts))
    alike = alike_proteins(held, everyone, everyone, 0.2).toarray()
    assert not alike[cluster[:, None] != cluster].any()
    assert len(set(cluster)) > 4
    assert cluster[0] == cluster[1]
    # Too short for a word: like none, and no error.
    assert (cluster == cluster[-1]).sum() == 1


def test_similarities_are_rdkits():
    bits = fingerprints(SMILES)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in SMILES]
    for threshold in (0.2, 0.4, 0.9):
        expected = [max(DataStructs.BulkTanimotoSimilarity(one, prints[:3])) >= threshold for one in prints]
        assert near_ligands(bits, bits[:3], threshold).tolist() == expected
    assert not near_ligands(bits, bits[:0], 0.1).any()


def test_ligands_of_different_clusters_are_less_similar_than_the_threshold():
    bits = fingerprints(SMILES)
    cluster = ligand_clusters(bits, 0.4)
    for one in set(cluster.tolist()):
        assert not near_ligands(bits[cluster == one], bits[cluster != one], 0.4).any()
    assert 1 < len(set(cluster.tolist())) < len(SMILES)


def test_scaffolds_have_no_side_chains_and_no_stereo():
    found = scaffolds(["c1ccccc1CC(=O)O", "Cc1ccccc1", "CC[C@H](C)O", "CC[C@@H](C)O", "C[C@H]1CCCN1", "C1CCCN1"])
    assert found[0] == found[1] == "c1ccccc1"
    assert found[2] == found[3] != ""
    assert found[4] == found[5]
