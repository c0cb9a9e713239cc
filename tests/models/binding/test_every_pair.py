"""Every ligand against every protein: by towers as pairs have it, and by the nearest training pair as a loop has it."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.every_pair import compact, nearest_complex, tower_scores
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.sizes import DualSizes
from tests.models.binding.planted import LIGANDS, pairs, proteins, split

SIZES = {"ligand_encoder": "features", "protein_encoder": "features", "width": 16, "projection": 8, "tile": 1}
TRAINING = {"epochs": 2, "batch_size": 32, "device": "cpu", "precision": "float32"}


def everything(count):
    """All pairs of ligands and proteins."""
    protein, ligand = (each.ravel() for each in np.meshgrid(np.arange(count), np.arange(len(LIGANDS)), indexing="ij"))
    nothing = np.full(len(ligand), np.nan), np.zeros(len(ligand), dtype=np.int8)
    return Pairs(LIGANDS, proteins(count), ligand, protein, *nothing)


@pytest.mark.parametrize(("loss", "by"), [("joint", "head"), ("contrastive", "cosine")])
def test_towers_say_of_every_pair_what_they_predict_of_it(loss, by):
    model = NetworkModel(DualSizes(**SIZES, loss=loss), TRAINING)
    model.fit(split()[0], None, 0)
    scores = tower_scores(model, proteins(), LIGANDS, by)
    predicted = model.predict(everything(16)).reshape(scores.shape)
    if by == "head":
        assert scores == pytest.approx(predicted, abs=1e-4)
    else:
        assert np.abs(scores).max() <= 1 + 1e-6
        slope = np.polyfit(scores.ravel(), predicted.ravel(), 1)
        assert predicted == pytest.approx(np.polyval(slope, scores), abs=1e-4)


def test_a_way_that_is_none_is_named():
    with pytest.raises(KnockonError, match="choose one of head, cosine"):
        tower_scores(NetworkModel(DualSizes(**SIZES), TRAINING), (), (), "product")


def test_the_nearest_complex_by_a_loop():
    train, asked = split()[0], ("CCNC", "CCCCOC=O")
    targets = proteins()[:3]
    alike, tanimoto = protein_similarity(targets, train.proteins), ligand_similarity(asked, train.ligands)
    expected = [
        [
            max(alike[p, q] ** 2 * tanimoto[x, y] for y, q in zip(train.ligand, train.protein, strict=True))
            for x in (0, 1)
        ]
        for p in range(3)
    ]
    assert nearest_complex(train, targets, asked, 2.0) == pytest.approx(np.array(expected), abs=1e-6)


def test_a_training_pair_is_its_own_nearest():
    train = pairs().take(np.arange(40))
    scores = nearest_complex(train, train.proteins, train.ligands)
    assert scores[train.protein, train.ligand] == pytest.approx(np.ones(40), abs=1e-5)


def test_compact_pairs_name_the_same():
    some = pairs().take(np.array([3, 70, 71]))
    small = compact(some)
    assert len(small.ligands) == len(set(some.ligand))
    for one, other in ((small, some),):
        assert [one.ligands[place] for place in one.ligand] == [other.ligands[place] for place in other.ligand]
        assert [one.proteins[place] for place in one.protein] == [other.proteins[place] for place in other.protein]
    assert small.values.tolist() == some.values.tolist()
