"""From predictions to a batch: an acquisition picks strain by strain, and not ten of one complex.

Whatever picks, the batch says what it is worth: the expected best of its first 1, 2, … strains under joint draws.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Mask, Rows, Values
from knockon.errors import KnockonError
from knockon.models.designs.acquisition import Acquisition, Pool, feasible, scores


@dataclass(frozen=True)
class Batch:
    """The picked strains.

    rows: of the pool, in the order of picking. scores: by the acquisition when picked, without the loss for likeness.
    expected_best: of the first 1, 2, … strains, float64 (batch,), in the phenotype's unit. gain: how far the whole
    batch is expected to exceed the best so far (nothing where it does not), NaN where there is none.
    """

    rows: Rows
    scores: Values
    expected_best: Values
    gain: float


def choose_batch(pool: Pool, size: int, acquisition: Acquisition, best: float = np.nan) -> Batch:
    """Pick `size` strains. best: the largest value so far measured. Deterministic: the draws hold all chance.

    Equal scores go to the earlier row. Raises KnockonError where fewer strains than `size` may be picked: it says why.
    """
    open_rows = feasible(pool, acquisition)
    _check(pool, size, acquisition, open_rows)
    parts = _parts(pool)
    likeness = np.zeros(len(pool.strains))
    uses = np.zeros(parts.shape[1])
    reached = np.full(len(pool.draws), -np.inf if np.isnan(best) else best)
    picked, told = np.empty(size, dtype=np.int64), np.empty(size)
    for turn in range(size):
        worth = scores(pool, acquisition, turn, reached)
        allowed = open_rows & ~_crowded(parts, uses, size, acquisition.share)
        if not allowed.any():
            raise KnockonError(
                f"a batch of {size}: after {turn} strains every other one shares a gene or complex with more than "
                f"{acquisition.share:.0%} of it; raise share, or offer more strains"
            )
        spread = float(worth[open_rows].std())
        row = int(np.argmax(np.where(allowed, worth - acquisition.diversity * spread * likeness, -np.inf)))
        picked[turn], told[turn] = row, worth[row]
        open_rows[row] = False
        reached = np.maximum(reached, pool.draws[:, row])
        uses += parts[[row]].toarray()[0]
        likeness = np.maximum(likeness, _likeness(parts, row))
    return Batch(picked, told, expected_best(pool.draws[:, picked]), _gain(pool.draws[:, picked], best))


def expected_best(draws: Values) -> Values:
    """Of the first 1, 2, … strains, float64 (strains,), from joint draws (draws, strains)."""
    return np.asarray(np.maximum.accumulate(draws, axis=1).mean(axis=0))


def _gain(draws: Values, best: float) -> float:
    """Expected improvement of the batch as a whole on the best so far."""
    return float(np.maximum(draws.max(axis=1) - best, 0).mean()) if not np.isnan(best) else float("nan")


def _check(pool: Pool, size: int, acquisition: Acquisition, open_rows: Mask) -> None:
    if size < 1:
        raise KnockonError(f"a batch of {size} strains: ask for 1 at least")
    if len(pool.strains) < size:
        raise KnockonError(f"a batch of {size} strains: there are only {len(pool.strains)} candidates")
    if open_rows.sum() < size:
        raise KnockonError(
            f"a batch of {size} strains: of {len(pool.strains)} candidates only {open_rows.sum()} grow as they must "
            f"with a probability of {acquisition.feasible:g} (the highest is {pool.growth.max():.2g}); "
            "lower the least fitness or that probability"
        )


def _parts(pool: Pool) -> sp.csr_matrix:
    """Strains × what two of them may share: a gene that is in no complex, or a complex. 1 where a strain has it."""
    genes = pool.strains.matrix().astype(np.float64)
    groups = np.asarray(pool.groups)
    names, place = np.unique(groups[groups >= 0], return_inverse=True)
    of_gene = np.empty(len(groups), dtype=np.int64)
    of_gene[groups >= 0] = place
    of_gene[groups < 0] = len(names) + np.arange(int((groups < 0).sum()))
    ones = np.ones(len(groups))
    membership = sp.csr_matrix(
        (ones, (np.arange(len(groups)), of_gene)), shape=(len(groups), of_gene.max(initial=0) + 1)
    )
    parts = (genes @ membership).tocsr()
    parts.data[:] = 1.0
    return parts


def _likeness(parts: sp.csr_matrix, row: int) -> Values:
    """Share of each strain's parts that the strain `row` has, too, float64 (strains,)."""
    shared = np.asarray((parts @ parts[[row]].T).todense(), dtype=np.float64).ravel()
    return np.asarray(shared / np.maximum(np.diff(parts.indptr), 1))


def _crowded(parts: sp.csr_matrix, uses: Values, size: int, share: float) -> Mask:
    """Strains with a part that is in as many strains of the batch as may be; one strain may always have it."""
    full = uses >= max(1.0, np.floor(share * size + 1e-9))
    return np.asarray(parts @ full.astype(np.float64) > 0)
