"""What describes a knock-out and a gene: what usually changes, the regulon, co-expression, the state of the cell.

Nothing of it reads the changes of the knock-out that is told, or of its study.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Mask, Matrix, Rows, Values

FEATURES = (
    "mean |change| of other knock-outs", "mean change of other knock-outs", "spread over samples", "mean level",
    "level in the controls", "controls' distance from the mean", "signed edges from the knock-out",
    "edges from the knock-out", "genes of its regulon", "regulators of the gene", "edges by way of another regulator",
    "co-expression", "|co-expression|", "same operon", "knocked-out genes' level in the controls",
    "spread within studies", "spread of replicates", "|change| between conditions of a study", "how easily it changes",
    "how easily genes of its operon do", "edges to genes of its operon", "co-expression of genes of its operon",
    "room to fall", "room to rise", "place between low and high", "usual range", "range of the middle half",
    "which tail is longer", "level above the median", "room to fall in its operon", "room to rise in its operon",
    "distance from the mean in its operon",
)  # fmt: skip

EASILY = FEATURES.index("how easily it changes")

# A gene's low and high, and its quartiles about the median: shares of the samples.
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NARROWEST = 0.1


@dataclass(frozen=True)
class Responses:
    """Measured knock-outs. changes: float32 (knock-outs, genes), log2 of knock-out over wild type. controls: float32
    of the same shape, levels of the wild type. knocked: places of the genes that each lacks. studies: one each.
    """

    changes: Matrix
    controls: Matrix
    knocked: tuple[tuple[int, ...], ...]
    studies: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.studies)

    def take(self, rows: Rows) -> "Responses":
        """Some of them."""
        knocked = tuple(self.knocked[row] for row in rows)
        studies = tuple(self.studies[row] for row in rows)
        return Responses(self.changes[rows], self.controls[rows], knocked, studies)

    def others(self, study: str) -> "Responses":
        """Those of other studies."""
        return self.take(np.flatnonzero([each != study for each in self.studies]))

    def scored(self, row: int) -> Mask:
        """Genes that are scored, bool (genes,): all but the knocked-out ones, whose change is no prediction."""
        mask = np.ones(self.changes.shape[1], dtype=np.bool_)
        mask[list(self.knocked[row])] = False
        return mask


@dataclass(frozen=True)
class Knowledge:
    """What is known besides knock-outs.

    signs: CSR (genes, genes) of 1, −1 and 0 by regulator and target; present: CSR of 1 for every edge. operons: int64
    (genes,), −1 where unknown. samples: float32 (samples, genes), levels, of studies that may be looked at. studies,
    replicates: int64 (samples,), a number for each study, and for each group of samples alike in all that is stated.
    """

    signs: sp.csr_matrix
    present: sp.csr_matrix
    operons: Rows
    samples: Matrix
    studies: Rows
    replicates: Rows


class Describer:
    """Features of knock-outs and genes under what is known; see FEATURES."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        levels = known.samples.astype(np.float64)
        self.mean, self.spread = np.nanmean(levels, axis=0), np.nanstd(levels, axis=0)
        self._scaled = np.nan_to_num((levels - self.mean) / np.maximum(self.spread, 1e-6))
        self._regulators = np.asarray(known.present.sum(axis=0)).ravel()
        levels = np.where(np.isfinite(levels), levels, self.mean)
        self._within, self._noise = (_spread_within(levels, groups) for groups in (known.studies, known.replicates))
        self._between = _between_conditions(levels, known.studies, known.replicates)
        self._quantiles = np.quantile(levels, _QUANTILES, axis=0)

    def features(self, asked: Responses, row: int, others: Responses) -> Matrix:
        """float32 (genes, FEATURES) of one knock-out, whose changes are not read.

        others: the knock-outs that say what usually changes.
        """
        genes, known = list(asked.knocked[row]), self.known
        controls = asked.controls[row]
        present = known.present[genes]
        edges = np.asarray(present.sum(axis=0)).ravel()
        together = (self._scaled[:, genes].T @ self._scaled / len(self._scaled)).mean(axis=0)
        operon = np.isin(known.operons, known.operons[genes]) & (known.operons >= 0)
        by_way = np.asarray((present @ known.present).sum(axis=0)).ravel()
        usual, change = usual_response(others)
        distance = (controls - self.mean) / np.maximum(self.spread, 1e-3)
        # Five ways to say that a gene changes easily, whatever is done to the cell; none is best for every knock-out.
        ways = (usual, self.spread, np.abs(distance), self._within, self._noise)
        easily = np.sum([shares(way) for way in ways], axis=0)
        room = self._room(controls)
        columns = [
            usual,
            change,
            self.spread,
            self.mean,
            controls,
            distance,
            np.asarray(known.signs[genes].sum(axis=0)).ravel(),
            edges,
            np.full(len(controls), edges.sum()),
            self._regulators,
            np.log1p(by_way),
            together,
            np.abs(together),
            operon,
            np.full(len(controls), controls[genes].mean()),
            self._within,
            self._noise,
            self._between,
            easily,
            *(_operon_mean(each, known.operons) for each in (easily, edges, together)),  # type: ignore[arg-type] # edges are whole
            *room,
            *(_operon_mean(each, known.operons) for each in (*room[:2], distance)),
        ]
        return np.column_stack(columns).astype(np.float32)

    def _room(self, controls: Matrix) -> list[Values]:
        """Where the controls stand between a gene's low and high, float64 (genes,) each; see FEATURES.

        What is at its floor can't fall, and what a condition has raised already rises no further.
        """
        low, first, median, third, high = self._quantiles
        place = (controls - low) / np.maximum(high - low, _NARROWEST)
        return [
            controls - low,
            high - controls,
            place,
            high - low,
            third - first,
            low + high - 2 * median,
            controls - median,
        ]


def _spread_within(levels: Values, groups: Rows) -> Values:
    """Standard deviation within groups of samples, pooled, float64 (genes,); 0 where no group has two."""
    squares, freedom = np.zeros(levels.shape[1]), 0
    for group in np.unique(groups):
        own = levels[groups == group]
        squares += ((own - own.mean(axis=0)) ** 2).sum(axis=0)
        freedom += len(own) - 1
    return np.sqrt(squares / max(freedom, 1))


def _between_conditions(levels: Values, studies: Rows, replicates: Rows) -> Values:
    """Mean over studies of |condition's mean − the study's median of those|, float64 (genes,)."""
    found = [np.zeros(levels.shape[1])]
    for study in np.unique(studies):
        rows = studies == study
        means = np.array([levels[rows & (replicates == each)].mean(axis=0) for each in np.unique(replicates[rows])])
        if len(means) > 1:
            found.append(np.abs(means - np.median(means, axis=0)).mean(axis=0))
    return np.mean(found[1:] or found, axis=0)


def _operon_mean(values: Values, operons: Rows) -> Values:
    """Mean over the genes of an operon; a gene without one keeps its own, float64 (genes,)."""
    found = np.array(values, dtype=np.float64)
    known = operons >= 0
    if known.any():
        counts = np.bincount(operons[known])
        found[known] = (np.bincount(operons[known], found[known]) / np.maximum(counts, 1))[operons[known]]
    return found


def shares(values: Values | Matrix) -> Values:
    """Rank of each value as a share of the largest, float64 (genes,)."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)


def usual_response(others: Responses) -> tuple[Values, Values]:
    """Mean |change| and mean change over knock-outs, float64 (genes,) each: what usually changes."""
    changes = others.changes.astype(np.float64)
    return np.abs(changes).mean(axis=0), changes.mean(axis=0)
