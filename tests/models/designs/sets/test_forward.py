import numpy as np

from knockon.models.designs.sets.forward import inflation, left_out, left_out_errors, told_forward
from knockon.models.designs.sets.process import SetModel, SetSettings
from tests.models.designs.sets.conftest import planted


def learnt(world, cycles):
    model = SetModel(SetSettings(tail=float("inf")))
    model.learn(world.measured, world.features, cycles)
    return model


def test_a_cycle_is_told_from_those_before_alone(world):
    model = learnt(world, world.cycles)
    found = told_forward(model, world.measured, world.features, world.cycles, 1)
    spoilt = world.measured.values.copy()
    spoilt[world.cycles == 2] = 1e3
    changed = type(world.measured)(world.measured.strains, spoilt, world.measured.errors)
    again = told_forward(model, changed, world.features, world.cycles, 1)
    assert (found == again).all()
    assert len(found) == (world.cycles == 1).sum()


def test_more_cycles_that_came_as_told_widen_less(world):
    two, three = world.cycles < 2, world.cycles < 3
    widths = [
        inflation(learnt(world, world.cycles), world.measured.take(rows), world.features, world.cycles[rows])
        for rows in (world.cycles < 1, two, three)
    ]
    assert widths[0] > widths[1] > widths[2] > 1.0


def test_cycles_that_came_otherwise_widen_more():
    calm, moving = planted(2), planted(2, shift=0.0)
    values = moving.measured.values + np.where(moving.cycles == 1, 4.0, 0.0)
    changed = type(moving.measured)(moving.measured.strains, values, moving.measured.errors)
    model = learnt(calm, calm.cycles)
    assert inflation(model, changed, calm.features, calm.cycles) > 1.5 * inflation(
        model, calm.measured, calm.features, calm.cycles
    )


def test_left_out_errors_are_those_of_leaving_out(world):
    """Protects the closed form: one strain is really left out, variances as they are."""
    model = learnt(world, None)
    keep = np.arange(150) != 17
    other = SetModel(model.settings)
    other.learn(world.measured, world.features, None)
    kernel = model.scale**2 * np.linalg.multi_dot([model.factor[0] * np.tri(150), (model.factor[0] * np.tri(150)).T])
    values = world.measured.values - model.centre
    told = kernel[17, keep] @ np.linalg.solve(kernel[np.ix_(keep, keep)], values[keep])
    assert np.isclose(left_out_errors(model)[17], values[17] - told)
    assert 0.8 < np.sqrt(np.mean(left_out(model) ** 2)) < 1.2
