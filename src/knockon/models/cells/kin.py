"""What knock-outs of related genes change: the mean response, drawn towards those of a gene's kin.

Where a knocked-out gene is not measured itself, neither co-expression nor a regulon says anything of it. When genes of
one complex, pathway or process are lost, or strains are as sick, alike is what changes: kernels between *knocked-out*
genes carry it over, each so much as training knock-outs say.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Mask, Rows, Values
from knockon.errors import KnockonError

PENALTIES = (1.0, 3.0, 10.0, 30.0)
WEIGHTS = (0.0, 0.3, 1.0, 3.0, 10.0)
"""Of a kernel, beside the others."""

# A weight moves where the error falls by so much: smaller gains come and go with the knock-outs.
_PASSES, _GAIN = 3, 0.003
LEVEL = 0.9
_LEAST = 1e-3

Features = Mapping[str, Mapping[str, float]]
"""Gene → feature → weight."""


def kinship(genes: Sequence[str], kinds: Sequence[Features]) -> Values:
    """How much genes have in common, float64 (genes, genes): the sum over kinds of the cosines of their features.

    A gene without features of a kind has none in common with any, not with itself either.
    """
    total = np.zeros((len(genes), len(genes)))
    for features in kinds:
        names = sorted({name for gene in genes for name in features.get(gene, {})})
        place = {name: column for column, name in enumerate(names)}
        rows = [row for row, gene in enumerate(genes) for _ in features.get(gene, {})]
        columns = [place[name] for gene in genes for name in features.get(gene, {})]
        weights = [weight for gene in genes for weight in features.get(gene, {}).values()]
        matrix = sp.csr_matrix((weights, (rows, columns)), shape=(len(genes), max(len(names), 1)))
        size = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        scaled = sp.diags(1 / np.maximum(size, 1e-12)) @ matrix
        total += (scaled @ scaled.T).toarray()
    return total


def rarities(terms: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Gene → term → weight: the rarer a term, the more it says of two genes that share it."""
    counts: dict[str, int] = {}
    for names in terms.values():
        for name in set(names):
            counts[name] = counts.get(name, 0) + 1
    return {
        gene: {name: float(np.log(len(terms) / counts[name])) for name in sorted(set(names))}
        for gene, names in terms.items()
    }


def nearness(values: Values, width: float) -> Values:
    """How near genes are in one number, float64 (genes, genes): 1 where equal, a bell of that width.

    A gene without a number is near to none, not to itself either.
    """
    apart = (values[:, None] - values[None, :]) / width
    return np.nan_to_num(np.exp(-(apart**2) / 2))


def weighted(kernels: Mapping[str, Values], weights: Mapping[str, float]) -> Values:
    """One kernel of several, float64 (knock-outs, knock-outs)."""
    return np.sum([weights[name] * kernel for name, kernel in kernels.items()], axis=0)


def kernel_weights(changes: Values, kernels: Mapping[str, Values], train: Rows) -> dict[str, float]:
    """How much each kernel counts for changes, of WEIGHTS, 1 to begin with; by knock-outs that are left out in turn.

    changes: (knock-outs, genes); kernels: (knock-outs, knock-outs). Rows that are not in train are not read.
    """
    known = changes[train].astype(np.float64)
    products = _products(known - known.mean(axis=0))
    grams = {name: kernel[np.ix_(train, train)] for name, kernel in kernels.items()}
    weights = dict.fromkeys(kernels, 1.0)
    best = min(_errors(weighted(grams, weights), products))
    for _ in range(_PASSES if len(kernels) > 1 else 0):
        before = best
        for name in kernels:
            for weight in WEIGHTS:
                tried = {**weights, name: weight}
                error = best if weight == weights[name] else min(_errors(weighted(grams, tried), products))
                if error < best - _GAIN:
                    best, weights = error, tried
        if best == before:
            break
    return weights


class KinResponse:
    """Ridge in a kernel about the mean response of the training knock-outs: one for |change|, one for the change.

    usual, change: float64 (genes,), the training means. spread: over training knock-outs. weights: of the kernels, for
    the change. penalties: for |change| and for the change. width: half of the interval that holds LEVEL of the changes,
    in units of a gene's usual |change|.
    """

    def __init__(self, changes: Values, kernels: Mapping[str, Values], train: Rows) -> None:
        """Learn from some rows of changes (knock-outs, genes). kernels: (knock-outs, knock-outs) each, of all of them.

        For |change|, which orders genes, kernels count alike; for the change their weights are chosen. A penalty is the
        one of PENALTIES with the least error of training knock-outs that are left out in turn; each has the same say,
        as in the scores, however much it changes. Raises KnockonError for fewer than three.
        """
        if len(train) < 3:
            raise KnockonError(f"kin response: {len(train)} training knock-outs; at least 3 are needed")
        known = changes[train].astype(np.float64)
        self.usual, self.change, self.spread = np.abs(known).mean(axis=0), known.mean(axis=0), known.std(axis=0)
        self.weights = kernel_weights(changes, kernels, train)
        alike = dict.fromkeys(kernels, 1.0)
        self._train = train
        self._kernels = tuple(weighted(kernels, weights) for weights in (alike, self.weights))
        parts = np.abs(known) - self.usual, known - self.change
        grams = [kernel[np.ix_(train, train)] for kernel in self._kernels]
        errors = [_errors(gram, _products(part)) for gram, part in zip(grams, parts, strict=True)]
        self.penalties = tuple(PENALTIES[int(np.argmin(each))] for each in errors)
        self._solved = tuple(
            np.linalg.solve(gram + penalty * np.eye(len(train)), part)
            for gram, penalty, part in zip(grams, self.penalties, parts, strict=True)
        )
        error = np.abs(_left_out(grams[1], self.penalties[1]) @ parts[1]) / np.maximum(self.usual, _LEAST)
        self.width = float(np.quantile(error, LEVEL))

    def predict(self, row: int) -> tuple[Values, Values, Values]:
        """score, change and half the width of its interval of one knock-out, float64 (genes,) each."""
        kin = [kernel[row, self._train] @ solved for kernel, solved in zip(self._kernels, self._solved, strict=True)]
        return self.usual + kin[0], self.change + kin[1], self.width * np.maximum(self.usual, _LEAST)


def _left_out(gram: Values, penalty: float) -> Values:
    """Matrix that makes values the errors of each row told by the others, (rows, rows)."""
    left = penalty * np.linalg.inv(gram + penalty * np.eye(len(gram)))
    return left / np.maximum(np.diag(left), 1e-6)[:, None]


def _products(apart: Values) -> Values:
    """Inner products of rows, (rows, rows): all that an error asks of them, whatever the number of genes."""
    return apart @ apart.T


def _errors(gram: Values, products: Values) -> list[float]:
    """By penalty the mean share of a row's squares that is not told by the others. products: of `_products`."""
    sizes = np.maximum(np.diag(products), 1e-12)
    left = [_left_out(gram, penalty) for penalty in PENALTIES]
    return [float((((each @ products) * each).sum(axis=1) / sizes).mean()) for each in left]


def folds_of(groups: Sequence[str]) -> list[tuple[Mask, Rows]]:
    """By group in the order of their names: its rows, bool (rows,), and the row numbers of all others."""
    names = np.asarray(groups, dtype=str)
    return [(names == name, np.flatnonzero(names != name)) for name in np.unique(names)]
