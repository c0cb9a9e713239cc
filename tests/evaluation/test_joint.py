"""Alone or joint: scores held to a loop, masked cells never counted, differences paired."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.joint import FEWEST, HeadRows, compare_arms, compare_by_seen, head_rows, joint_schema
from knockon.evaluation.units import Units

RESAMPLING = Resampling(200, seed=1)


def made_up(strains=60, components=4, seeds=3, better=1.0, rng=0):
    rng = np.random.default_rng(rng)
    values = rng.normal(size=(strains, components))
    noise = rng.normal(size=(2, seeds, strains, components))
    values[rng.random(values.shape) < 0.3] = np.nan
    filled = np.nan_to_num(values)
    predicted = {"alone": 0.3 * filled + noise[0], "joint": (0.3 + better) * filled + noise[1]}
    units = Units(np.repeat(np.arange(strains)[:, None], 2, axis=1), ("gene", "gene"))
    return HeadRows(values, predicted, (np.arange(strains) % 3).astype(np.int32), units)


def by_hand(rows, arm, seed):
    found = []
    for column in range(rows.values.shape[1]):
        known = ~np.isnan(rows.values[:, column])
        found.append(np.corrcoef(rows.values[known, column], rows.predicted[arm][seed][known, column])[0, 1])
    return np.mean(found)


def test_scores_are_means_of_seeds_of_means_of_components():
    rows = made_up()
    found = compare_arms(rows, RESAMPLING)
    for arm in ("alone", "joint"):
        scores = [by_hand(rows, arm, seed) for seed in range(3)]
        assert found[arm]["pearson"] == pytest.approx(np.mean(scores))
        assert found[arm]["pearson_sd"] == pytest.approx(np.std(scores, ddof=1))
        assert found[arm]["pearson_low"] < found[arm]["pearson"] < found[arm]["pearson_high"]
    assert found["gain"]["pearson"] == pytest.approx(found["joint"]["pearson"] - found["alone"]["pearson"])
    assert found["gain"]["pearson_low"] > 0
    assert (found["n_test"], found["labels"]) == (60, int((~np.isnan(rows.values)).sum()))


def test_what_is_predicted_of_a_masked_cell_never_counts():
    rows = made_up()
    before = compare_by_seen(rows, RESAMPLING)
    for predicted in rows.predicted.values():
        predicted[:, np.isnan(rows.values)] = 1e6
    assert compare_by_seen(rows, RESAMPLING) == before


def test_equal_predictions_gain_exactly_nothing():
    rows = made_up()
    rows.predicted["joint"] = rows.predicted["alone"]
    assert set(compare_arms(rows, RESAMPLING)["gain"].values()) == {0.0}


def test_groups_are_by_genes_seen_and_small_ones_have_no_score():
    rows = made_up(strains=3 * FEWEST + 3)
    rows.seen[rows.seen == 2] = 1
    rows.seen[0] = 2
    found = compare_by_seen(rows, RESAMPLING)
    assert list(found) == ["all", "0", "1"]
    assert found["1"]["n_test"] == 2 * FEWEST + 2


def test_a_long_table_becomes_strains_and_components():
    runs = {f"{arm}_{seed}": [0.1 * seed, 0.2, 0.3] for arm in ("alone", "joint") for seed in (1, 2)}
    columns = {
        "head": ["shape"] * 3,
        "component": ["b", "a", "b"],
        "key": [7, 7, 3],
        "perturbed": [1, 1, 2],
        "seen": [1, 1, 2],
        "unit_a": [4, 4, 5],
        "unit_b": [4, 4, 6],
        "value": [1.0, 2.0, 3.0],
    }
    table = pa.Table.from_pydict(columns | runs, schema=joint_schema([1, 2]))
    rows = head_rows(table, (1, 2), lambda strains: Units.groups("gene", strains["unit_b"].to_numpy()))
    assert np.array_equal(rows.values, [[np.nan, 3.0], [2.0, 1.0]], equal_nan=True)
    assert rows.predicted["joint"][:, 1, 1].tolist() == [0.1, 0.2]
    assert (rows.seen.tolist(), rows.units.ids.tolist()) == ([2, 1], [1, 0])
