"""The honest rival of the deep models: gradient boosting on features of gene pairs."""

from knockon.models.context import Context, Inputs
from knockon.models.pairs.booster import PairBooster
from knockon.models.pairs.model import NEW, SEEN, PairModel

# Trees for pairs with a new gene where no validation row watches them: on the ε matrix 120 to 170 were right.
_UNWATCHED_ROUNDS = 150


def boosted(
    inputs: Inputs,
    context: Context,
    *,
    rounds: int = 400,
    rate: float = 0.05,
    leaves: int = 31,
    rows: int = 200,
    folds: int = 10,
    most_rows: int = 1_000_000,
    jobs: int = 0,
) -> PairModel:
    """A booster for each regime of a `PairModel`, which says what folds and most_rows are.

    rounds: most trees; rate, leaves, rows, jobs: see `PairBooster`.
    """
    learners = boosters(rounds, rate, leaves, rows, jobs)
    return PairModel("boosted", inputs, context.side(), learners, folds, most_rows)


def boosters(
    rounds: int = 400, rate: float = 0.05, leaves: int = 31, rows: int = 200, jobs: int = 0
) -> dict[str, PairBooster]:
    """A booster for each regime, unfitted."""
    unwatched = {SEEN: rounds, NEW: min(rounds, _UNWATCHED_ROUNDS)}
    return {regime: PairBooster(rounds, trees, rate, leaves, rows, jobs) for regime, trees in unwatched.items()}
