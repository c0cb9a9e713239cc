"""The data behind the plot of a training: losses in one panel, the learning rate in another.

Samples/s and memory are of the machine, not of the run: only the trackers show them.
"""

import pyarrow as pa

from knockon.evaluation.evaluate import significant

# Not `step`: DVC overwrites a column of that name with the row number where a plot names no x.
TRAINING_CURVES = pa.schema(
    [
        ("panel", pa.string()),
        ("series", pa.string()),
        ("part", pa.string()),
        ("training_step", pa.float64()),
        ("value", pa.float64()),
    ]
)
"""Columns of the plot, for the template `training`."""

_PANELS = {"loss": "loss, label in units of its spread", "learning_rate": "learning rate"}


def training_curves(log: pa.Table, model: str, split: str) -> pa.Table:
    """Rows of TRAINING_CURVES from a log of columns part, training_step, loss and learning_rate (null where none)."""
    rows = [
        {
            "panel": f"{heading}: {split}",
            "series": model.replace("_", " "),
            "part": row["part"],
            "training_step": row["training_step"],
            "value": row[column],
        }
        for column, heading in _PANELS.items()
        for row in log.to_pylist()
        if row[column] is not None
    ]
    return pa.Table.from_pylist([significant(row) for row in rows], schema=TRAINING_CURVES)
