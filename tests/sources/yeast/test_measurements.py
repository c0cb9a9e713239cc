"""The common table of measurements and the checks of its columns."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.yeast.measurements import (
    MEASUREMENT_SCHEMA,
    RowChecks,
    concat_results,
    measurements,
    not_measured,
    with_not_measured,
)

LINES = pa.array([1, 2, 3, 4])


def test_columns_that_a_format_lacks_are_missing() -> None:
    """Protects the one schema that the graph relies on."""
    table = measurements(pa.array([5]), "fitness", {"value": pa.array([0.9])})
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    assert table.to_pylist()[0]["gene_b"] is None


def test_a_column_of_another_name_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="valeu"):
        measurements(pa.array([5]), "fitness", {"valeu": pa.array([0.9])})


def test_a_row_is_refused_once_and_a_reported_one_stays() -> None:
    """Protects the counts of rejects: one reason a refused row, and no loss of the row's good phenotype."""
    checks = RowChecks(Path("f.txt"), LINES)
    text = pa.array(["a", "b", "c", "d"])
    checks.refuse(np.array([True, False, False, False]), text, "first")
    checks.refuse(pa.array([True, True, None, False]), text, "second")
    checks.report(pa.array([True, True, True, False]), text, "third")
    result = checks.result([checks.phenotype("fitness", {"value": pa.array([1.0, 2.0, 3.0, None])})], no_rejects())
    assert result.table["line"].to_pylist() == [3]
    assert [(row["line"], row["reason"]) for row in result.rejects.to_pylist()] == [
        (1, "first"),
        (2, "second"),
        (3, "third"),
    ]


@pytest.mark.parametrize(("p", "stands"), [(0.0, True), (1.0, True), (None, True), (-0.1, False), (1.5, False)])
def test_probabilities_lie_between_0_and_1(p: float | None, stands: bool) -> None:
    checks = RowChecks(Path("f.txt"), LINES.slice(0, 1))
    checks.check_probability(pa.array([p], pa.float64()), pa.array([False]), pa.array(["text"]))
    assert checks.good.to_pylist() == [stands]


def test_unmeasured_cells_add_up_over_blocks() -> None:
    """Protects the count of cells that a matrix marks as not measured."""
    table = measurements(pa.array([1]), "interaction", {"value": pa.array([0.1])})
    blocks = [ReadResult(with_not_measured(table, 3)), ReadResult(table), ReadResult(with_not_measured(table, 4))]
    assert not_measured(concat_results(blocks).table) == 7
    assert not_measured(table) == 0
