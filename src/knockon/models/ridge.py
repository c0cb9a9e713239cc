"""Ridge regression in closed form, of every row by a fit that left it out."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve


def left_out(
    features: NDArray[np.floating], target: NDArray[np.float64], penalties: tuple[float, ...], folds: int
) -> NDArray[np.float64]:
    """The target as told by a ridge fit on the other folds, float64 (rows,), at the penalty that errs least.

    features: (rows, width). Folds are runs of rows, as equal as can be. As scikit-learn's Ridge in cross_val_predict,
    but the Gram matrix is made once, each fold takes its own part away, and a width of 20 costs no more than its sums.
    """
    columns = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    gram, moment = columns.T @ columns, columns.T @ target
    found = np.empty((len(penalties), len(target)))
    for rows in np.array_split(np.arange(len(target)), folds):
        part = slice(rows[0], rows[-1] + 1)
        fitted = _fit_without(columns[part], target[part], gram, moment, target.sum(), len(target), penalties)
        found[:, part] = fitted
    errors = ((found - target) ** 2).mean(axis=1)
    return np.asarray(found[int(np.argmin(errors))])


def _fit_without(
    columns: NDArray[np.float64],
    target: NDArray[np.float64],
    gram: NDArray[np.float64],
    moment: NDArray[np.float64],
    total: float,
    rows: int,
    penalties: tuple[float, ...],
) -> NDArray[np.float64]:
    """What fits on all other rows say of these, (penalties, these rows). gram, moment, total: of all rows, centred."""
    kept = rows - len(target)
    # Over all rows a column sums to 0: those kept sum to minus the others' sum.
    mean, level = -columns.sum(axis=0) / kept, (total - target.sum()) / kept
    inner = gram - columns.T @ columns - kept * np.outer(mean, mean)
    outer = moment - columns.T @ target - kept * level * mean
    diagonal = np.eye(len(inner))
    slopes = np.stack([solve(inner + penalty * diagonal, outer, assume_a="pos") for penalty in penalties])
    return np.asarray(level + slopes @ (columns - mean).T)
