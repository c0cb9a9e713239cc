"""Scores of repeated cross-validation, with an interval over what is drawn."""

from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.component_scores import component_products
from knockon.evaluation.units import Units


def repeated_scores(
    labels: Values, predicted: Values, resampling: Resampling, units: Units | None = None
) -> dict[str, Any]:
    """labels: (rows,), or (repeats, rows) where each repeat has its own. predicted: (repeats, rows).

    pearson: mean over repeats of r between labels and out-of-fold predictions; pearson_sd: its spread over repeats,
    which is that of the folds alone; pearson_low, _high: bootstrap over units, which is what new ones would bring.
    rmse: in the label's unit, mean over repeats. units: what is drawn of the rows, each row where None.
    """
    truth = np.broadcast_to(labels, predicted.shape)
    # A repeat is a component: each is scored by itself, under the same weights.
    products = component_products(truth.T, predicted.T)
    scores = products.correlations(np.ones((1, predicted.shape[1])))[0]
    drawn = resampled_weights(predicted.shape[1], units, resampling)
    samples = [products.correlations(weights).mean(axis=1) for weights in drawn]
    low, high = interval(np.concatenate(samples), resampling.confidence)
    errors = np.sqrt(((predicted - truth) ** 2).mean(axis=1))
    return {
        "pearson": float(scores.mean()),
        "pearson_sd": float(scores.std(ddof=1)) if len(scores) > 1 else 0.0,
        "pearson_low": low,
        "pearson_high": high,
        "rmse": float(errors.mean()),
    }
