"""Regressions on profiles: they find planted growth among many transcripts, and a constant where there is none."""

import numpy as np
import pytest

from knockon.models.strains.profile_regression import CHANGED, REGRESSIONS


def planted(strains=60, transcripts=300, noise=0.3, seed=0):
    """Growth is one direction of many transcripts, as slow growth is in published profiles."""
    rng = np.random.default_rng(seed)
    growth = rng.normal(size=strains)
    pattern = rng.normal(size=transcripts) * (rng.random(transcripts) < 0.3)
    profiles = growth[:, None] * pattern + rng.normal(size=(strains, transcripts))
    return profiles, growth + noise * rng.normal(size=strains)


@pytest.mark.parametrize("name", ["ridge", "elastic_net"])
def test_a_planted_direction_is_found(name):
    profiles, labels = planted()
    predicted = REGRESSIONS[name](profiles[:45], labels[:45], profiles[45:], 1)
    assert np.corrcoef(predicted, labels[45:])[0, 1] > 0.8


@pytest.mark.parametrize("name", sorted(REGRESSIONS))
def test_the_same_strains_give_the_same_predictions(name):
    profiles, labels = planted(30, 40)
    made = [REGRESSIONS[name](profiles[:20], labels[:20], profiles[20:], 1) for _ in range(2)]
    assert np.array_equal(*made)
    assert made[0].shape == (10,)


def test_the_mean_and_the_number_of_changed_transcripts():
    profiles = np.zeros((4, 6))
    for strain in range(4):
        profiles[strain, :strain] = CHANGED + 1
    labels = 0.5 + 2.0 * np.arange(4)
    assert REGRESSIONS["mean"](profiles[:2], labels[:2], profiles[2:], 0).tolist() == [1.5, 1.5]
    assert REGRESSIONS["changed_transcripts"](profiles[:2], labels[:2], profiles[2:], 0) == pytest.approx(labels[2:])
