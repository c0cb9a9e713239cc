"""The model of sets finds planted genes and pairs, draws what it believes, and comes back from disk."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.candidates import Rules, SetEffects, rank_sets
from knockon.models.designs.laboratory import genotypes_of_mask
from knockon.models.designs.protocol import Measured
from knockon.models.designs.sets.process import SetModel, SetSettings
from knockon.models.designs.sets.strains import genotypes_of
from knockon.sources.simulate.laboratory import all_sets
from tests.models.designs.sets.conftest import planted


@pytest.fixture(scope="module")
def fitted(world):
    model = SetModel()
    model.fit(world.measured, world.features, 1)
    return model


def test_planted_effects_of_genes_and_pairs_are_found(world, fitted):
    found = fitted.effects(world.measured.strains.genes)
    assert np.corrcoef(found.singles, world.planted.singles)[0, 1] > 0.95
    upper = np.triu_indices(10, 1)
    assert np.corrcoef(found.pairs[upper], world.planted.pairs[upper])[0, 1] > 0.7


def test_the_best_of_all_sets_is_among_the_first(world, fitted):
    sets = all_sets(10, 3)
    best = int(np.argmax(world.planted.values(sets)))
    found = rank_sets(fitted.effects(world.measured.strains.genes), Rules(most=3), 10)
    names = [tuple(own) for own in np.split(found.strains.indices, found.strains.indptr[1:-1])]
    assert tuple(np.flatnonzero(sets[best])) in names


def test_effects_add_up_to_what_is_predicted(world, fitted):
    asked = genotypes_of_mask(all_sets(10, 3)[::7])
    told = fitted.effects(asked.genes).of(asked)
    np.testing.assert_allclose(told, fitted.predict(asked).mean, rtol=1e-9)


def test_intervals_hold_for_strains_that_were_not_measured():
    covered = []
    for seed in range(1, 9):
        world = planted(seed)
        rows = np.arange(150)
        model = SetModel()
        model.fit(world.measured.take(rows[rows % 3 > 0]), world.features, 1)
        held = rows[rows % 3 == 0]
        told = model.predict(world.measured.strains.take(held))
        covered.append(np.abs(world.measured.values[held] - told.mean) <= 1.645 * told.deviation)
    assert 0.86 <= np.concatenate(covered).mean() <= 0.94


def test_draws_are_of_what_is_told_and_hold_what_strains_share(world, fitted):
    asked = genotypes_of(
        [("G00", "G01"), ("G00", "G01", "G02"), ("G08", "G09"), ("G00", "G01")], world.measured.strains.genes
    )
    draws = fitted.draw(asked, 20_000, 3)
    mean, true, _ = fitted.told(asked)
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(draws.std(axis=0), true * fitted.inflation, rtol=0.03)
    shared = np.corrcoef(draws.T)
    assert shared[0, 1] > shared[0, 2]
    # One genotype has one value.
    np.testing.assert_allclose(draws[:, 0], draws[:, 3], atol=1e-6)
    assert (draws == fitted.draw(asked, 20_000, 3)).all()


def test_a_build_that_failed_moves_the_others_less_with_a_heavy_tail(world):
    values = world.measured.values.copy()
    values[::15] -= 6.0
    spoilt = Measured(world.measured.strains, values, world.measured.errors)
    errors = []
    for tail in (4.0, float("inf")):
        model = SetModel(SetSettings(tail=tail))
        model.fit(spoilt, world.features, 1)
        errors.append(np.abs(model.predict(world.measured.strains).mean - world.truth)[np.arange(150) % 15 > 0].mean())
        if tail == 4.0:
            assert model.evidence.weights[::15].max() < np.median(model.evidence.weights)
    assert errors[0] < 0.8 * errors[1]


def test_a_shift_of_a_cycle_is_no_effect_of_its_genes():
    world = planted(4, shift=2.0)
    errors = []
    for cycles in (world.cycles, None):
        model = SetModel(SetSettings(tail=float("inf")))
        model.learn(world.measured, world.features, cycles)
        singles = model.effects(world.measured.strains.genes).singles
        errors.append(np.abs(singles - world.planted.singles).mean())
    assert errors[0] < errors[1]


def test_what_is_known_of_pairs_beforehand_is_used(world):
    genes = world.measured.strains.genes
    alone = world.measured.take(world.measured.strains.counts == 1)
    prior = SetEffects(genes, 0.0, np.zeros(10), world.planted.pairs)
    asked = genotypes_of_mask(all_sets(10, 2)[10:])
    truth = world.planted.values(all_sets(10, 2)[10:])
    fits = []
    for known in (None, prior):
        model = SetModel(prior=known)
        model.fit(alone, world.features, 1)
        fits.append(np.corrcoef(model.predict(asked).mean, truth)[0, 1])
        np.testing.assert_allclose(model.effects(genes).of(asked), model.predict(asked).mean)
    assert fits[1] > fits[0] + 0.05


def test_singles_alone_and_genes_never_seen_are_told(world):
    alone = world.measured.take(world.measured.strains.counts == 1)
    some = alone.take(np.arange(6))
    model = SetModel()
    model.fit(some, None, 1)
    told = model.predict(alone.strains)
    assert told.deviation[8] > told.deviation[0]


def test_a_model_comes_back_from_disk(world, fitted, tmp_path):
    asked = genotypes_of_mask(all_sets(10, 3)[::11])
    prior = SetEffects(asked.genes, 0.5, np.arange(10.0), np.zeros((10, 10)))
    for number, model in enumerate((fitted, SetModel(SetSettings(tail=8.0), prior))):
        if number:
            model.fit(world.measured, None, 1, world.cycles)
        folder = tmp_path / str(number)
        folder.mkdir()
        model.save(folder)
        again = SetModel()
        again.load(folder)
        assert (again.predict(asked).mean == model.predict(asked).mean).all()
        assert (again.predict(asked).deviation == model.predict(asked).deviation).all()
        assert (again.draw(asked, 5, 1) == model.draw(asked, 5, 1)).all()


def test_settings_and_sizes_that_give_no_model_are_refused(world):
    with pytest.raises(KnockonError, match="tail above 2"):
        SetSettings(tail=1.0)
    with pytest.raises(KnockonError, match="no part trio"):
        SetSettings(parts=("gene", "trio"))
    with pytest.raises(KnockonError, match="from 3 to 8,000"):
        SetModel().fit(world.measured.take(np.arange(2)), None, 1)
    model = SetModel()
    model.fit(world.measured, None, 1)
    with pytest.raises(KnockonError, match="never heard of"):
        model.effects(("G01", "YAL001C"))
