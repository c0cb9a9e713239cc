"""Scores of repeated cross-validation, with an interval over the strains."""

from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.component_scores import component_products


def repeated_scores(labels: Values, predicted: Values, resampling: Resampling) -> dict[str, Any]:
    """labels: (strains,), or (repeats, strains) where each repeat has its own. predicted: (repeats, strains).

    pearson: mean over repeats of r between labels and out-of-fold predictions; pearson_sd: its spread over repeats,
    which is that of the folds alone; pearson_low, _high: bootstrap over strains, which is what new strains would bring.
    rmse: in the label's unit, mean over repeats.
    """
    truth = np.broadcast_to(labels, predicted.shape)
    # A repeat is a component: each is scored by itself, under the same weights.
    products = component_products(truth.T, predicted.T)
    scores = products.correlations(np.ones((1, predicted.shape[1])))[0]
    units = np.repeat(np.arange(predicted.shape[1])[:, None], 2, axis=1)
    samples = [products.correlations(weights).mean(axis=1) for weights in resampled_weights(units, resampling)]
    low, high = interval(np.concatenate(samples), resampling.confidence)
    errors = np.sqrt(((predicted - truth) ** 2).mean(axis=1))
    return {
        "pearson": float(scores.mean()),
        "pearson_sd": float(scores.std(ddof=1)) if len(scores) > 1 else 0.0,
        "pearson_low": low,
        "pearson_high": high,
        "rmse": float(errors.mean()),
    }
