"""What two deletions change together, told from what each changes alone, and beside simple rows.

Where the single deletions are measured, their sum is the first guess; it overshoots where both hit the same genes, and
what usually changes in doubles stands in neither single. How much each says is learnt from other doubles.
"""

import numpy as np

from knockon.arrays import Values
from knockon.errors import KnockonError

METHODS = ("mean_response", "larger", "additive", "model")
LEVEL = 0.9
_FEWEST, _LEAST = 5, 1e-3

Answer = tuple[Values, Values]
"""score and change of every gene, float64 (genes,) each."""


class DoubleResponse:
    """Least squares on what is usual in doubles, the sum of both single deletions, and the larger of the two; one fit
    of |change|, one of the change. width: half of the interval that holds LEVEL, in units of a gene's usual |change|.
    """

    def __init__(self, first: Values, second: Values, doubles: Values) -> None:
        """Learn from doubles, log2 ratios, float64 (doubles, genes) each. Raises KnockonError for fewer than five."""
        if len(doubles) < _FEWEST:
            raise KnockonError(f"double knock-outs: {len(doubles)} to learn from; at least {_FEWEST} are needed")
        self.usual, self.change = np.abs(doubles).mean(axis=0), doubles.mean(axis=0)
        # What is usual is told of each double by the others, as it will be of one that is asked for.
        others = (len(doubles) * self.usual - np.abs(doubles), len(doubles) * self.change - doubles)
        usual, change = (part / (len(doubles) - 1) for part in others)
        size, signed = _features(first, second, usual, change)
        self._size = np.linalg.lstsq(size.reshape(-1, 3), np.abs(doubles).ravel(), rcond=None)[0]
        self._signed = np.linalg.lstsq(signed.reshape(-1, 3), doubles.ravel(), rcond=None)[0]
        error = np.abs(doubles - signed @ self._signed) / np.maximum(usual, _LEAST)
        self.width = float(np.quantile(error, LEVEL))

    def answers(self, first: Values, second: Values) -> dict[str, Answer]:
        """Each of METHODS of one double. first, second: its single deletions, (genes,)."""
        larger = np.where(np.abs(first) > np.abs(second), first, second)
        size, signed = _features(first, second, self.usual, self.change)
        both = first + second
        return {
            "mean_response": (self.usual, self.change),
            "larger": (np.abs(larger), larger),
            "additive": (np.abs(both), both),
            "model": (size @ self._size, signed @ self._signed),
        }

    def half_width(self) -> Values:
        """Half the width of the model's interval by gene."""
        return self.width * np.maximum(self.usual, _LEAST)


def _features(first: Values, second: Values, usual: Values, change: Values) -> tuple[Values, Values]:
    """Of |change| and of the change, (…, genes, 3) each."""
    both = first + second
    larger = np.where(np.abs(first) > np.abs(second), first, second)
    size = np.stack(np.broadcast_arrays(usual, np.abs(both), np.abs(larger)), axis=-1)
    return size, np.stack(np.broadcast_arrays(change, both, larger), axis=-1)
