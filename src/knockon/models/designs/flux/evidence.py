"""Essential or not, told from the metabolic model, from the gene's place in the networks, or from both.

Genes are held out in folds. What the networks say is how many of a gene's partners are essential, among partners whose
label may be known: never the gene itself, never a gene of the fold that is told. A regularised logistic regression
tells a probability; the threshold of `yes` is chosen on genes whose own fold was held out within the training genes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from knockon.arrays import Integers, Mask, Values
from knockon.evaluation.matthews import best_threshold

_PRIOR = 2.0
"""Partners' worth of the mean that every share of essential partners is drawn to."""


@dataclass(frozen=True)
class Partners:
    """Genes that have something in common, by kind: symmetric matrices (genes, genes), without diagonal."""

    names: tuple[str, ...]
    links: tuple[sp.csr_matrix, ...]

    def shares(self, essential: Mask, known: Mask) -> Values:
        """Log-odds of the essential among the known partners, one column a kind, and log of their number.

        essential, known: bool (genes,). Returns float64 (genes, 2 · kinds). Links weigh; few partners say little.
        """
        mean = float(essential[known].mean()) if known.any() else 0.5
        columns = []
        for links in self.links:
            weight = links @ known.astype(np.float64)
            hits = links @ (known & essential).astype(np.float64)
            share = (hits + _PRIOR * mean) / (weight + _PRIOR)
            columns += [np.log(share / (1 - share)), np.log1p(np.asarray(links.sum(axis=1)).ravel())]
        return np.column_stack(columns)


def partners_in(groups: Mapping[str, Sequence[int]], genes: int) -> sp.csr_matrix:
    """Links of genes that share a group; one of n genes links each pair by 1 / (n - 1): large ones say less."""
    rows, columns, values = [], [], []
    for name in sorted(groups):
        members = np.unique(np.asarray(groups[name], dtype=np.int64))
        if len(members) < 2:
            continue
        first, second = np.meshgrid(members, members)
        apart = first != second
        rows.append(first[apart])
        columns.append(second[apart])
        values.append(np.full(int(apart.sum()), 1.0 / (len(members) - 1)))
    if not rows:
        return sp.csr_matrix((genes, genes))
    places = np.concatenate(rows), np.concatenate(columns)
    return sp.csr_matrix((np.concatenate(values), places), shape=(genes, genes))


class LogisticRegression:
    """Ridge-penalised logistic regression on standardised columns; NaN stands at a column's mean."""

    def __init__(self, penalty: float) -> None:
        """penalty: of the squared weights, in units of one row's likelihood."""
        self.penalty = penalty

    def fit(self, columns: Values, labels: Mask) -> None:
        """columns: float64 (rows, columns)."""
        self._mean = np.nanmean(columns, axis=0)
        deviation = np.nanstd(columns, axis=0)
        self._scale = np.where(deviation > 0, deviation, 1.0)
        inputs = self._standard(columns)
        signs = np.where(labels, 1.0, -1.0)

        def loss(weights: Values) -> tuple[float, Values]:
            margin = signs * (inputs @ weights[1:] + weights[0])
            pull = -signs / (1 + np.exp(np.clip(margin, -500, 500)))
            value = np.logaddexp(0, -margin).sum() + 0.5 * self.penalty * weights[1:] @ weights[1:]
            return float(value), np.append(pull.sum(), inputs.T @ pull + self.penalty * weights[1:])

        start = np.zeros(columns.shape[1] + 1)
        self.weights = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x

    def _standard(self, columns: Values) -> Values:
        return np.nan_to_num((columns - self._mean) / self._scale)

    def predict(self, columns: Values) -> Values:
        """Probability of yes, float64 (rows,)."""
        linear = self._standard(columns) @ self.weights[1:] + self.weights[0]
        return 1 / (1 + np.exp(-np.clip(linear, -500, 500)))


@dataclass(frozen=True)
class Told:
    """By row that was asked: probability and yes or no, each told by a fit that did not see the row's fold."""

    probability: Values
    yes: Mask


def _columns(own: Values, partners: Partners | None, essential: Mask, known: Mask, rows: Integers) -> Values:
    parts = [own[rows]]
    if partners is not None:
        parts.append(partners.shares(essential, known)[rows])
    return np.column_stack(parts)


def held_out(
    own: Values, partners: Partners | None, essential: Mask, rows: Integers, folds: Integers, penalty: float
) -> Told:
    """Tell every fold of genes by the others.

    own: float64 (genes, columns), of every gene; essential: bool (genes,). rows: the genes that are asked. folds: int64
    (genes,), the fold of every gene: a fold's labels are hidden from its own columns, too.
    """
    probability, yes = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=bool)
    for fold in np.unique(folds[rows]).tolist():
        test, train = folds[rows] == fold, folds[rows] != fold
        known = folds != fold
        inner = _inner(own, partners, essential, rows[train], folds, known, penalty)
        threshold = best_threshold(inner, essential[rows[train]])
        model = LogisticRegression(penalty)
        columns = _columns(own, partners, essential, known, rows)
        model.fit(columns[train], essential[rows[train]])
        probability[test] = model.predict(columns[test])
        yes[test] = probability[test] >= threshold
    return Told(probability, yes)


def _inner(
    own: Values,
    partners: Partners | None,
    essential: Mask,
    rows: Integers,
    folds: Integers,
    known: Mask,
    penalty: float,
) -> Values:
    """Probabilities of the training genes, each fold of them by the others."""
    found = np.full(len(rows), np.nan)
    for fold in np.unique(folds[rows]).tolist():
        test = folds[rows] == fold
        columns = _columns(own, partners, essential, known & (folds != fold), rows)
        model = LogisticRegression(penalty)
        model.fit(columns[~test], essential[rows[~test]])
        found[test] = model.predict(columns[test])
    return found
