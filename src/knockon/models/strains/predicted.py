"""What a model of strains predicts, as rows of the predictions table."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.strains.labelled import LabelledStrains


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
