"""The predictions table: a model's only product. Every metric is computed from it, and can be again."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.training.examples import LabelledStrains

PREDICTION_SCHEMA = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False, metadata={"unit": "the record's identity hash"}),
        pa.field("split", pa.string(), nullable=False, metadata={"unit": "train, validation or test"}),
        pa.field("model", pa.string(), nullable=False, metadata={"unit": "name of the model or baseline"}),
        pa.field("head", pa.string(), nullable=False, metadata={"unit": "the label: interaction, fitness, ..."}),
        pa.field("perturbed", pa.int32(), nullable=False, metadata={"unit": "number of perturbed genes"}),
        pa.field(
            "seen",
            pa.int32(),
            nullable=False,
            metadata={"unit": "number of perturbed genes that training rows contain"},
        ),
        pa.field(
            "unit_a",
            pa.int32(),
            nullable=False,
            metadata={"unit": "resampling unit: index of the first gene"},
        ),
        pa.field(
            "unit_b",
            pa.int32(),
            nullable=False,
            metadata={"unit": "index of the second gene; the first again for singles"},
        ),
        pa.field("n", pa.int32(), nullable=False, metadata={"unit": "number of measurements behind the label"}),
        pa.field("standard_error", pa.float64(), metadata={"unit": "of the label, where reported"}),
        pa.field("value", pa.float64(), nullable=False, metadata={"unit": "the label's unit, measured"}),
        pa.field("predicted", pa.float64(), nullable=False, metadata={"unit": "the label's unit"}),
    ]
)


def prediction_rows(
    strains: LabelledStrains, side: str, model: str, head: str, predicted: NDArray[np.float64]
) -> pa.Table:
    """Rows of PREDICTION_SCHEMA for one model on one side.

    predicted: the label's unit, shape (rows of the side,), in the order of `strains.rows(side)`. The resampling units
    of a strain are its first and its last perturbed gene. Raises ValueError where a prediction is not finite.
    """
    rows = strains.rows(side)
    if len(predicted) != len(rows) or not np.isfinite(predicted).all():
        raise ValueError(f"{model}: {len(rows)} finite predictions expected for {side}")
    genotypes = strains.examples.genotypes.take(rows)
    columns = {
        "key": strains.keys[rows],
        "split": pa.repeat(side, len(rows)),
        "model": pa.repeat(model, len(rows)),
        "head": pa.repeat(head, len(rows)),
        "perturbed": genotypes.counts.astype(np.int32),
        "seen": strains.seen[rows],
        "unit_a": genotypes.indices[genotypes.indptr[:-1]],
        "unit_b": genotypes.indices[genotypes.indptr[1:] - 1],
        "n": strains.measurements[rows],
        "standard_error": pa.array(strains.standard_error[rows], from_pandas=True),
        "value": strains.examples.values[rows],
        "predicted": predicted,
    }
    return pa.Table.from_arrays([pa.array(columns[name]) for name in PREDICTION_SCHEMA.names], schema=PREDICTION_SCHEMA)
