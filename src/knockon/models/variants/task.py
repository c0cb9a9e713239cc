"""Protein variants as a supervised task: what makes up a row, the verdict on validation, predictions."""

from typing import Any

import numpy as np

from knockon.arrays import Rows, Values
from knockon.hashing import digest
from knockon.models.supervised import Fingerprint, Labelled, Scorer, SupervisedTask
from knockon.models.variants.inputs import VariantBatches, VariantInputs
from knockon.training.predict_batches import predict_batches


def variant_task(
    module: Scorer, data: VariantInputs, settings: dict[str, Any], draws: Rows | None = None
) -> SupervisedTask:
    """The task of a module that gives one answer or several a row. settings: what identifies the model.

    draws: which variants make up a training row, int64, shape (training rows, answers), as row numbers of `data`; each
    training variant by itself where none are given. A validation row is one variant, given for every answer.
    """
    draws = data.train[:, None] if draws is None else draws
    held = repeated(data.validation, draws.shape[1])
    described = fingerprint(data, draws, settings)
    return SupervisedTask(module, labelled(data, draws), labelled(data, held), described, mean_squared_error)


def repeated(rows: Rows, answers: int) -> Rows:
    """The same variant for every answer of a row, int64 (rows, answers)."""
    return np.repeat(rows[:, None], answers, axis=1)


def labelled(data: VariantInputs, variants: Rows) -> Labelled:
    """Rows of variants (rows, answers) with their brightness and the trust in it."""
    inputs = VariantBatches(data, variants)
    return Labelled(inputs, data.brightness[variants], data.weights(variants), inputs.names)


def mean_squared_error(values: Values, predicted: Values) -> dict[str, float]:
    """mse of the mean over a row's answers, log10 fluorescence squared."""
    return {"mse": float(np.mean((predicted.mean(1) - values[:, 0]) ** 2))}


def fingerprint(data: VariantInputs, draws: Rows, settings: dict[str, Any]) -> Fingerprint:
    """The model's settings, and hashes of the data and of the rows drawn from them."""
    return {
        **{f"model.{name}": str(value) for name, value in settings.items()},
        "data": data.digest,
        "draws": digest(draws),
    }


def predict_variants(module: Scorer, data: VariantInputs, answers: int, rows: Rows, size: int = 1024) -> Values:
    """Brightness of any variants, whatever their split, by each answer of the module; shape (rows, answers)."""
    inputs = VariantBatches(data, repeated(rows, answers))
    places = np.arange(len(rows), dtype=np.int64)
    return predict_batches(module, module.predict, inputs.batch, places, size).double().cpu().numpy()
