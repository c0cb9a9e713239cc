"""What knock-outs of related genes change: the mean response, drawn towards those of a gene's kin.

Where a knocked-out gene is not measured itself, neither co-expression nor a regulon says anything of it. When genes of
one complex, pathway or process are lost, alike is what changes: a kernel between *knocked-out* genes carries it over.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Mask, Rows, Values
from knockon.errors import KnockonError

PENALTIES = (1.0, 3.0, 10.0, 30.0)
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


class KinResponse:
    """Ridge in the kernel about the mean response of the training knock-outs; one for |change|, one for the change.

    usual, change: float64 (genes,), the training means. spread: over training knock-outs. width: half of the interval
    that holds LEVEL of the changes, in units of a gene's usual |change|.
    """

    def __init__(self, changes: Values, kernel: Values, train: Rows) -> None:
        """Learn from some rows of changes (knock-outs, genes). kernel: (knock-outs, knock-outs), of all of them.

        The penalty is the one of PENALTIES with the least error of training knock-outs that are left out in turn; each
        has the same say, as in the scores, however much it changes. Raises KnockonError for fewer than three.
        """
        if len(train) < 3:
            raise KnockonError(f"kin response: {len(train)} training knock-outs; at least 3 are needed")
        known = changes[train].astype(np.float64)
        self.usual, self.change, self.spread = np.abs(known).mean(axis=0), known.mean(axis=0), known.std(axis=0)
        self._kernel, self._train = kernel, train
        parts = np.abs(known) - self.usual, known - self.change
        gram = kernel[np.ix_(train, train)]
        errors = [_error(parts, _left_out(gram, parts, each)) for each in PENALTIES]
        self.penalty = PENALTIES[int(np.argmin(errors))]
        solved = np.linalg.inv(gram + self.penalty * np.eye(len(train)))
        self._weights = tuple(solved @ part for part in parts)
        error = np.abs(_left_out(gram, parts, self.penalty)[1]) / np.maximum(self.usual, _LEAST)
        self.width = float(np.quantile(error, LEVEL))

    def predict(self, row: int) -> tuple[Values, Values, Values]:
        """score, change and half the width of its interval of one knock-out, float64 (genes,) each."""
        kin = self._kernel[row, self._train]
        score, change = (mean + kin @ part for mean, part in zip((self.usual, self.change), self._weights, strict=True))
        return score, change, self.width * np.maximum(self.usual, _LEAST)


def _left_out(gram: Values, parts: Sequence[Values], penalty: float) -> list[Values]:
    """Errors of each row told by the others, in closed form."""
    hat = gram @ np.linalg.inv(gram + penalty * np.eye(len(gram)))
    share = np.maximum(1 - np.diag(hat), 1e-6)[:, None]
    return [(part - hat @ part) / share for part in parts]


def _error(parts: Sequence[Values], left: Sequence[Values]) -> float:
    """Mean share of a row's squares that is not told, over parts and rows."""
    return float(
        np.mean(
            [
                ((e**2).sum(axis=1) / np.maximum((p**2).sum(axis=1), 1e-12)).mean()
                for p, e in zip(parts, left, strict=True)
            ]
        )
    )


def folds_of(groups: Sequence[str]) -> list[tuple[Mask, Rows]]:
    """By group in the order of their names: its rows, bool (rows,), and the row numbers of all others."""
    names = np.asarray(groups, dtype=str)
    return [(names == name, np.flatnonzero(names != name)) for name in np.unique(names)]
