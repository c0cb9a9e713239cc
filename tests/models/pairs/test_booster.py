import numpy as np
import pytest

from knockon.models.pairs.booster import PairBooster
from knockon.models.pairs.boosting_curve import BoostingCurve
from knockon.models.pairs.table import PairTable
from knockon.models.protocol import Examples
from tests.models.made_up import all_pairs

GENES = tuple(f"Y{number:03d}" for number in range(90))


def _table(rows, seed):
    """Features, and strains whose label depends on the first of them."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 3)).astype(np.float32)
    labels = values[:, 0] ** 2 + 0.3 * rng.normal(size=rows)
    strains = all_pairs(GENES).take(np.arange(rows))
    examples = Examples(strains, labels, rng.uniform(1, 2, rows), np.full(90, np.nan))
    return PairTable(("one", "two", "three"), values, examples)


def _booster():
    return PairBooster(rounds=25, unwatched_rounds=25, rate=0.2, rows=20, jobs=1)


def test_the_curve_is_the_error_of_every_row_alike():
    """Rows weigh in training, not in what is shown; the line of its last tree is what the booster itself predicts."""
    rows, held = _table(600, 0), _table(400, 1)
    curve = BoostingCurve(2.0)
    booster = _booster().boost(rows, held, 30, 0, curve)
    line = curve.history()[booster.num_trees() - 1]
    for name, table in (("loss", rows), ("validation_loss", held)):
        predicted = booster.predict(table.values)
        assert line[name] == pytest.approx(np.mean((predicted - table.examples.values) ** 2) / 2, rel=1e-5)


def test_watching_the_curve_changes_no_tree():
    """It must not decide when training stops."""
    rows, held = _table(600, 0), _table(400, 1)
    watched, alone = (_booster().boost(rows, held, 200, 0, curve) for curve in (BoostingCurve(1.0), None))
    assert watched.best_iteration == alone.best_iteration > 0
    assert watched.model_to_string() == alone.model_to_string()


def test_without_validation_rows_the_curve_has_one_part():
    curve = BoostingCurve(1.0)
    _booster().boost(_table(600, 0), None, 5, 0, curve)
    assert [set(line) for line in curve.history()] == [{"step", "loss"}] * 5
