"""Scores of a landscape: means over seeds, groups, intervals, from a small table of predictions."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.landscape import (
    CALIBRATION,
    Classes,
    landscape_metrics,
    landscape_rows,
    mean_over_seeds,
    member_lists,
)

ROWS = 240
CLASSES = Classes(2.5, "bright", "dark")
GROUPS = {"by_mutations": "perturbed"}


def fit(seed, shift, members=1):
    """Predictions that are off by `shift` on the test; the brightness has two levels."""
    random = np.random.default_rng(0)
    values = np.where(np.arange(ROWS) % 3 == 0, 1.5, 3.5) + random.normal(0, 0.1, ROWS)
    parts = np.array(["train", "validation", "test"])[np.arange(ROWS) % 24 // 8]
    predicted = np.where(np.arange(ROWS) % 3 == 0, 1.5, 3.5) + shift * (parts == "test")
    spread = np.linspace(-0.1, 0.1, members)
    return landscape_rows(
        {
            "key": np.arange(ROWS, dtype=np.uint64),
            "split": parts.tolist(),
            "model": "made_up",
            "head": "brightness",
            "perturbed": 1 + np.arange(ROWS) % 2,
            "seen": np.zeros(ROWS, dtype=np.int32),
            "unit_a": np.arange(ROWS),
            "unit_b": np.arange(ROWS),
            "n": np.ones(ROWS, dtype=np.int32),
            "standard_error": np.full(ROWS, np.nan),
            "value": values,
            "predicted": predicted,
            "scheme": "imbalanced",
            "seed": seed,
            "deviation": np.full(ROWS, 0.1),
            "members": member_lists(predicted[:, None] + (spread if members > 1 else 0.0)),
        }
    )


def metrics(*fits):
    return landscape_metrics(pa.concat_tables(fits), CLASSES, GROUPS, [0.9], Resampling(100, seed=1))


def test_scores_are_means_over_seeds_of_the_test():
    found = metrics(fit(1, 0.0), fit(2, 1.0))
    assert found["n"] == ROWS / 3
    assert found["mse"] == pytest.approx(np.mean(found["mse_seeds"]))
    assert found["mse_seeds"][0] == pytest.approx(0.01, rel=0.5)
    assert found["mse_seeds"][1] == pytest.approx(1.0, rel=0.1)
    assert found["mse_low"] < found["mse"] < found["mse_high"]
    assert found["validation"]["mse"] < 0.02


def test_groups_and_classes_are_told_apart():
    found = metrics(fit(1, 0.0))
    assert set(found["by_mutations"]) == {"1", "2"}
    assert sum(group["n"] for group in found["by_mutations"].values()) == found["n"]
    assert found["bright"]["n"] + found["dark"]["n"] == found["n"]
    assert found["accuracy"] == 1.0
    # A model that calls everything dark is right about the dark third only.
    assert metrics(fit(1, -2.1))["accuracy"] == pytest.approx(found["dark"]["n"] / found["n"])


def test_intervals_from_validation_fail_on_a_shifted_test():
    assert metrics(fit(1, 0.0))["intervals"]["0.9"]["coverage"] == pytest.approx(0.9, abs=0.1)
    assert metrics(fit(1, 1.0))["intervals"]["0.9"]["coverage"] == 0.0


def test_a_part_of_its_own_makes_the_intervals_where_there_is_one():
    """Errors as large as those of the shifted test: its intervals hold, for every seed."""
    shifted = fit(1, 1.0)
    calibrating = shifted.filter(np.array(shifted["split"].to_pylist()) == "test")
    place = shifted.schema.get_field_index("split")
    own = calibrating.set_column(place, shifted.schema.field("split"), [[CALIBRATION] * len(calibrating)])
    found = metrics(shifted, fit(2, 1.0), own)
    assert found["intervals"]["0.9"]["coverage"] == pytest.approx(0.9, abs=0.05)
    assert found["n"] == ROWS / 3
    assert found["validation"] == metrics(shifted, fit(2, 1.0))["validation"]


def test_half_widths_grow_beyond_what_a_part_of_its_own_holds():
    """Test rows of two and four more than the judged ones have: the same errors, in intervals of other widths."""
    rows = fit(1, 1.0)
    calibrating = rows.filter(np.array(rows["split"].to_pylist()) == "test")
    place, fewer = rows.schema.get_field_index("split"), calibrating.schema.get_field_index("perturbed")
    own = calibrating.set_column(place, rows.schema.field("split"), [[CALIBRATION] * len(calibrating)])
    before = metrics(rows, own)["intervals"]["0.9"]["width"]
    counts = np.arange(len(own)) % 2 + 1
    half = own.set_column(fewer, rows.schema.field("perturbed"), pa.array(counts, pa.int32()))
    values = own.schema.get_field_index("value")
    better = np.where(counts == 1, half["predicted"].to_numpy(), half["value"].to_numpy())
    half = half.set_column(values, rows.schema.field("value"), pa.array(better, half.schema.field("value").type))
    far = rows.set_column(fewer, rows.schema.field("perturbed"), pa.array([6] * ROWS, pa.int32()))
    found = metrics(far, half)["intervals"]["0.9"]
    assert found["width"] == pytest.approx(2.0 * before, rel=0.1)


def test_coverage_is_told_by_group_where_there_are_rows_enough():
    found = metrics(fit(1, 0.0), fit(2, 1.0))["coverage_by_mutations"]
    assert found == {}, "of 40 rows each"
    rows = fit(1, 0.0)
    whole = rows.set_column(
        rows.schema.get_field_index("perturbed"), rows.schema.field("perturbed"), pa.array([4] * ROWS, pa.int32())
    )
    found = metrics(whole)
    assert found["coverage_by_mutations"] == {"4": {"0.9": found["intervals"]["0.9"]["coverage"]}}


def test_diversity_only_where_there_are_members():
    assert metrics(fit(1, 0.0))["diversity"] is None
    assert metrics(fit(1, 0.0, members=3))["diversity"]["spread"] == pytest.approx(np.std([-0.1, 0, 0.1]), rel=1e-3)


def test_an_undefined_score_of_one_seed_is_not_averaged_away():
    assert mean_over_seeds([{"n": 3, "spearman": 0.5}, {"n": 3, "spearman": None}]) == {"n": 3, "spearman": None}
