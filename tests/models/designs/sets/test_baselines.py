import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.sets.baselines import BUILDERS, Judged, Nearest, Ridge, build
from knockon.models.designs.sets.strains import genotypes_of


@pytest.mark.parametrize("name", BUILDERS)
def test_a_model_tells_strains_that_it_has_not_seen(world, name):
    rows = np.arange(150)
    model = build(name)
    model.fit(world.measured.take(rows[rows % 3 > 0]), world.features, 1, world.cycles[rows % 3 > 0])
    held = rows[rows % 3 == 0]
    told = model.predict(world.measured.strains.take(held))
    assert (told.deviation > 0).all()
    assert told.mean.shape == told.deviation.shape == (50,)
    if name == "mean":
        assert not np.ptp(told.mean)
    else:
        least = {"nearest": 0.4, "boosted": 0.5}.get(name, 0.7)
        assert np.corrcoef(told.mean, world.truth[held])[0, 1] > least


def test_ridge_with_pairs_knows_measured_pairs_alone(world):
    alone, pairs = Ridge(), Ridge(pairs=True)
    for model in (alone, pairs):
        model.fit(world.measured, None, 1)
    own = [np.mean((model.predict(world.measured.strains).mean - world.truth) ** 2) for model in (alone, pairs)]
    assert own[1] < own[0]


def test_the_nearest_sets_and_their_ties(world):
    model = Judged(Nearest())
    model.fit(world.measured, None, 1)
    genes = world.measured.strains.genes
    told = model.predict(genotypes_of([("G03",)], genes)).mean
    alike = [3]
    shared = world.measured.strains.matrix().toarray()[:, 3] > 0
    counts = world.measured.strains.counts
    alike += list(np.flatnonzero(shared & (counts == 2)))
    assert told[0] == pytest.approx(world.measured.values[alike].mean())


def test_an_unknown_model_gets_the_list():
    with pytest.raises(KnockonError, match="there is no 'lasso'"):
        build("lasso")
