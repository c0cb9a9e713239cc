"""The regulon-linear model: activities together, own inputs below a hierarchy, and no circle explained away."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.regulators import regulons_of
from knockon.models.cells.regulon_model import LinearSettings, RegulonModel, within
from tests.models.cells.planted_regulators import world


def test_planted_activities_and_effects_are_found():
    planted, _, model = world(noise=0.2, pairs=0)
    centred = within(planted.compendium.astype(np.float64), planted.studies)
    told = model.activities(centred) @ model.weights * model.spread
    left = ((centred - told) ** 2)[:, 20:].sum() / (centred[:, 20:] ** 2).sum()
    assert left < 0.35
    signs = model.regulons.signs
    assert (np.sign(model.weights[signs != 0]) == signs[signs != 0]).mean() > 0.95
    assert (model.weights[signs == 0] == 0).all()


def test_what_is_handed_down_is_no_input():
    random = np.random.default_rng(1)
    # A drives B; each has ten targets of its own.
    genes = ["A", "B", *(f"a{n}" for n in range(10)), *(f"b{n}" for n in range(10))]
    rows = [("A", "B"), *(("A", gene) for gene in genes[2:12]), *(("B", gene) for gene in genes[12:])]
    edges = pa.table({"regulator": [a for a, _ in rows], "target": [b for _, b in rows], "sign": [1] * len(rows)})
    first = random.normal(0, 1, 200)
    second = 0.9 * first + random.normal(0, 0.3, 200)
    samples = np.column_stack([first, second, *[first] * 10, *[second] * 10]) + random.normal(0, 0.2, (200, 22))
    model = RegulonModel(regulons_of(edges, genes, 5))
    model.fit(samples)
    assert model.handed[0, 1] > 0.7
    assert model.handed[1, 0] == 0
    change = np.zeros((1, 22))
    change[0, 2:12], change[0, 12:] = 2.0, 1.8
    activity, own = model.activities(change)[0], model.inputs(change)[0]
    assert activity[1] > 1
    assert abs(own[1]) < 0.4 * activity[1]
    assert own[0] == pytest.approx(activity[0])
    # With an edge back nothing tells who began, and both keep their activity.
    back = pa.table({"regulator": [*edges["regulator"].to_pylist(), "B"], "target": [*edges["target"].to_pylist(), "A"],
                     "sign": [1] * (len(rows) + 1)})  # fmt: skip
    circle = RegulonModel(regulons_of(back, genes, 5))
    circle.fit(samples)
    assert not circle.handed.any()


def test_trust_grows_with_the_own_transcript():
    _, _, model = world()
    assert (model.trust >= 0.2).all()
    assert model.trust.max() > 0.6


def test_studies_are_taken_out_and_too_few_samples_refused():
    planted, regulons, model = world()
    samples = planted.compendium.astype(np.float64)
    shifted = samples + 3.0 * planted.studies[:, None]
    again = RegulonModel(regulons)
    again.fit(shifted, planted.studies)
    np.testing.assert_allclose(again.weights, model.weights, atol=1e-4)
    with pytest.raises(KnockonError, match="3 samples; at least 4"):
        RegulonModel(regulons).fit(samples[:3])
    with pytest.raises(KnockonError, match="penalties above 0"):
        LinearSettings(activity=0)
