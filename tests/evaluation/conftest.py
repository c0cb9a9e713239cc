"""Made-up predictions with a known truth, in the declared schema."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.predictions import PREDICTION_SCHEMA

# How much of the truth each made-up model knows.
SKILL = {"mean": 0.0, "additive": 0.3, "svr": 0.8, "random": 0.1, "factorisation": 0.5}


@pytest.fixture
def predictions_table() -> Callable[..., pa.Table]:
    """A factory of predictions tables: every model on the same test rows, `value` = truth + noise of sd 0.05."""

    def build(
        models: tuple[str, ...] = ("svr",), rows: int = 100, seed: int = 0, head: str = "interaction"
    ) -> pa.Table:
        random = np.random.default_rng(seed)
        genes = np.sort(random.integers(0, 40, (rows, 2)), axis=1)
        truth = random.normal(0, 0.08, rows)
        value = truth + random.normal(0, 0.05, rows)
        tables = []
        for model in models:
            guess = SKILL[model] * truth + (0.03 * random.normal(size=rows) if SKILL[model] else 0.01)
            columns = {
                "key": np.arange(rows, dtype=np.uint64) + 1,
                "split": ["test"] * rows,
                "model": [model] * rows,
                "head": [head] * rows,
                "perturbed": np.where(genes[:, 0] == genes[:, 1], 1, 2).astype(np.int32),
                "seen": (np.arange(rows) % 3).astype(np.int32),
                "unit_a": genes[:, 0].astype(np.int32),
                "unit_b": genes[:, 1].astype(np.int32),
                "n": np.ones(rows, dtype=np.int32),
                "standard_error": np.full(rows, 0.05),
                "value": value,
                "predicted": guess,
            }
            tables.append(pa.table(columns, schema=PREDICTION_SCHEMA))
        return pa.concat_tables(tables)

    return build
