"""What describes a knock-out and a gene: of other studies alone, and what room a gene has to move."""

from dataclasses import replace

import numpy as np

from knockon.models.cells.knockout_features import FEATURES, Describer
from tests.models.cells.planted_knockouts import FOUND, GENES, KNOWN


def column(features, name):
    return features[:, FEATURES.index(name)].astype(np.float64)


def test_training_knock_outs_are_described_by_other_studies():
    describer = Describer(KNOWN)
    features = describer.features(FOUND, 4, FOUND.others(FOUND.studies[4]))
    assert features.shape == (GENES, len(FEATURES))
    changes = FOUND.changes.copy()
    changes[3:6] = 99
    hidden = replace(FOUND, changes=changes)
    np.testing.assert_array_equal(describer.features(hidden, 4, hidden.others(FOUND.studies[4])), features)


def test_room_is_what_lies_between_the_controls_and_a_genes_low_and_high():
    samples = np.tile(np.linspace(2, 10, 41, dtype=np.float32)[:, None], (1, GENES))
    known = replace(KNOWN, samples=samples, studies=np.arange(41) // 10, replicates=np.arange(41) // 2)
    controls = np.full_like(FOUND.controls, 6)
    controls[:, :3] = [2.4, 9.6, 6]
    features = Describer(known).features(replace(FOUND, controls=controls), 0, FOUND.others("study0"))
    np.testing.assert_allclose(column(features, "room to fall")[:3], [0, 7.2, 3.6], atol=1e-5)
    np.testing.assert_allclose(column(features, "room to rise")[:3], [7.2, 0, 3.6], atol=1e-5)
    np.testing.assert_allclose(column(features, "place between low and high")[:3], [0, 1, 0.5], atol=1e-5)
    np.testing.assert_allclose(column(features, "usual range"), 7.2, atol=1e-5)
    np.testing.assert_allclose(column(features, "range of the middle half"), 4, atol=1e-5)
    np.testing.assert_allclose(column(features, "which tail is longer"), 0, atol=1e-5)
    # The first three genes are an operon.
    np.testing.assert_allclose(column(features, "room to fall in its operon")[:4], [3.6, 3.6, 3.6, 3.6], atol=1e-5)
