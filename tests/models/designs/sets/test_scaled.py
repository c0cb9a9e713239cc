"""The scale of values is chosen by told past cycles alone; effects that multiply are told on logarithms."""

import numpy as np
import pytest

from knockon.models.designs.protocol import Measured
from knockon.models.designs.sets.process import SetModel
from knockon.models.designs.sets.scaled import OFFSETS, Scale, ScaledSets


def multiplied(world):
    """The planted world with effects that multiply, and scatter that grows with the value."""
    values = 100 * np.exp(0.6 * (world.measured.values - 5))
    return Measured(world.measured.strains, values, 0.02 * values)


def test_added_effects_are_told_as_without_a_scale(world):
    model = ScaledSets()
    high = Measured(world.measured.strains, 20 + world.measured.values, world.measured.errors)
    model.fit(high, world.features, 1, world.cycles)
    plain = SetModel()
    plain.fit(high, world.features, 1, world.cycles)
    np.testing.assert_allclose(
        model.predict(world.measured.strains).mean, plain.predict(world.measured.strains).mean, rtol=0.05
    )


def test_multiplied_effects_are_told_on_logarithms(world):
    measured = multiplied(world)
    model = ScaledSets()
    model.fit(measured, world.features, 1, world.cycles)
    assert model.scale.offset == pytest.approx(OFFSETS[-1] * np.median(measured.values))
    early = np.flatnonzero(world.cycles < 2)
    late = np.flatnonzero(world.cycles == 2)
    errors = []
    for each in (ScaledSets(), SetModel()):
        each.fit(measured.take(early), world.features, 1, world.cycles[early])
        told = each.predict(measured.strains.take(late))
        errors.append(np.sqrt(np.mean((told.mean - measured.values[late]) ** 2)))
    assert errors[0] < errors[1]
    low, high = model.interval(measured.strains, 0.9)
    mean = model.predict(measured.strains).mean
    assert ((low < mean) & (mean < high)).all()
    assert (high - mean > mean - low).all(), "there is more room above"


def test_values_below_0_and_one_cycle_stay_as_measured(world):
    model = ScaledSets()
    below = Measured(world.measured.strains, world.measured.values - 5, world.measured.errors)
    model.fit(below, world.features, 1, world.cycles)
    assert model.scale.offset is None
    model.fit(multiplied(world), world.features, 1, np.zeros(150, dtype=np.int64))
    assert model.scale.offset is None
    model.fit(multiplied(world), world.features, 1)
    assert model.scale.offset is None


def test_a_scale_goes_there_and_back():
    scale, values = Scale(2.0), np.array([0.0, 1.0, 50.0])
    assert scale.back(scale.of(values)) == pytest.approx(values)
    step = 1e-6
    assert scale.slope(values) == pytest.approx((scale.of(values + step) - scale.of(values)) / step, rel=1e-4)
    assert scale.mean(np.array([1.0]), np.array([0.5])) == pytest.approx(np.exp(1 + 0.125) - 2, rel=0.03)
