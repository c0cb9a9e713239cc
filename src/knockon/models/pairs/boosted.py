"""The honest rival of the deep models: gradient boosting on features of gene pairs."""

from collections.abc import Mapping

import scipy.sparse as sp

from knockon.models.pairs.booster import PairBooster
from knockon.models.pairs.model import NEW, SEEN, PairModel
from knockon.models.protocol import Inputs

# Trees for pairs with a new gene where no validation row watches them: on the ε matrix 120 to 170 were right.
_UNWATCHED_ROUNDS = 150


class Boosted(PairModel):
    """A booster for each regime of a `PairModel`, which says what side, folds and most_rows are.

    rounds: most trees; rate, leaves, rows, jobs: see `PairBooster`.
    """

    def __init__(
        self,
        inputs: Inputs,
        side: Mapping[str, sp.csr_matrix],
        rounds: int = 400,
        rate: float = 0.05,
        leaves: int = 31,
        rows: int = 200,
        folds: int = 10,
        most_rows: int = 1_000_000,
        jobs: int = 0,
    ) -> None:
        learners = boosters(rounds, rate, leaves, rows, jobs)
        super().__init__("boosted", inputs, side, learners, folds, most_rows)


def boosters(
    rounds: int = 400, rate: float = 0.05, leaves: int = 31, rows: int = 200, jobs: int = 0
) -> dict[str, PairBooster]:
    """A booster for each regime, unfitted."""
    unwatched = {SEEN: rounds, NEW: min(rounds, _UNWATCHED_ROUNDS)}
    return {regime: PairBooster(rounds, trees, rate, leaves, rows, jobs) for regime, trees in unwatched.items()}
