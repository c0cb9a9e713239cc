"""How far the fitness that is told of sets lies off, by their kind: learnt on measured doubles and triples.

A kind is a number of deletions, and whether ε of all its pairs was measured. Its errors are quantiles of (measured −
told) / spread, so that intervals and probabilities are what measured strains of the kind showed; of kinds that nobody
measured a normal distribution is taken. The error of measured single mutants may count less than in full: ε is defined
by the same numbers, which then are off in what is told and in what was measured alike.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.artifact import check, content, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError
from knockon.evaluation.error_quantiles import LEVELS, between, chance_above
from knockon.models.designs.acquisition import growth_probability
from knockon.serving.design.fitness import StrainFitness

_KIND, _VERSION = "design.growth_errors", 1


@dataclass(frozen=True)
class ErrorsOfKind:
    """Errors of sets of one kind, by runs of the fitness that is told: sick strains scatter more.

    share: of the variance of measured single mutants that counts. bounds: float64 (runs − 1,), told fitness between
    runs. quantiles: float64 (runs, LEVELS), of errors in spreads.
    """

    share: float
    bounds: Values
    quantiles: Values

    def runs(self, told: Values) -> Iterator[tuple[np.ndarray, Values]]:
        """Rows of each run, and its quantiles."""
        place = np.searchsorted(self.bounds, told, side="right")
        for number, quantiles in enumerate(self.quantiles):
            yield np.flatnonzero(place == number), quantiles

    def interval(self, fitness: StrainFitness, level: float) -> tuple[Values, Values]:
        """Ends of the interval of a new measurement of each strain, float64 (strains,) each."""
        spreads, low, high = spreads_of(fitness, self.share), fitness.values.copy(), fitness.values.copy()
        for rows, quantiles in self.runs(fitness.values):
            first, last = between(quantiles, level)
            low[rows] += first * spreads[rows]
            high[rows] += last * spreads[rows]
        return low, high

    def reaches(self, fitness: StrainFitness, least: float) -> Values:
        """Probability that each strain is measured to have at least this fitness, float64 (strains,)."""
        relative, found = (least - fitness.values) / spreads_of(fitness, self.share), np.empty(len(fitness.values))
        for rows, quantiles in self.runs(fitness.values):
            found[rows] = chance_above(quantiles, relative[rows])
        return found


def spreads_of(fitness: StrainFitness, share: float) -> Values:
    """The unit of errors, float64 (strains,). share: of the variance of measured single mutants that counts."""
    return np.sqrt(np.maximum(fitness.deviations**2 - (1 - share) * fitness.of_singles, 1e-12))


@dataclass(frozen=True)
class GrowthErrors:
    """kinds: errors by the kind of set, as `StrainFitness.kinds` names them; others are normal."""

    kinds: Mapping[str, ErrorsOfKind] = field(default_factory=dict)

    def interval(self, fitness: StrainFitness, level: float = 0.9) -> tuple[Values, Values]:
        """Ends of the interval of a new measurement of each strain, float64 (strains,) each."""
        from scipy.special import ndtri

        reach = float(ndtri((1 + level) / 2)) * fitness.deviations
        low, high = fitness.values - reach, fitness.values + reach
        for kind, errors in self.kinds.items():
            rows = np.flatnonzero(fitness.kinds == kind)
            low[rows], high[rows] = errors.interval(fitness.take(rows), level)
        return low, high

    def reaches(self, fitness: StrainFitness, least: float) -> Values:
        """Probability that each strain is measured to have at least this fitness, float64 (strains,)."""
        found = growth_probability(fitness.values, fitness.deviations, least)
        for kind, errors in self.kinds.items():
            rows = np.flatnonzero(fitness.kinds == kind)
            found[rows] = errors.reaches(fitness.take(rows), least)
        return found

    def save(self, path: Path) -> None:
        """Write them, whole or not at all."""
        kinds = {
            kind: {"share": each.share, "bounds": each.bounds.tolist(), "quantiles": each.quantiles.tolist()}
            for kind, each in self.kinds.items()
        }
        write_json(path, {**stamp(_KIND, _VERSION), "kinds": kinds})


def read_growth_errors(path: Path) -> GrowthErrors:
    """Read them. Raises FormatError where the file is damaged, of another kind or of a newer version."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        check(found, _KIND, (_VERSION,), path)
        return GrowthErrors({str(kind): _errors(each) for kind, each in content(found)["kinds"].items()})
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path}: is damaged ({error}); run `dvc repro design_growth` or `dvc pull`") from error


def _errors(found: dict[str, Any]) -> ErrorsOfKind:
    share, bounds = float(found["share"]), np.array(found["bounds"], dtype=np.float64)
    quantiles = np.array(found["quantiles"], dtype=np.float64)
    if bounds.ndim != 1 or quantiles.shape != (len(bounds) + 1, len(LEVELS)):
        raise ValueError("there must be as many quantiles as levels, and one run more than bounds")
    for values in (bounds, *quantiles):
        if not np.isfinite(values).all() or (np.diff(values) < 0).any():
            raise ValueError("bounds and quantiles must be numbers that rise")
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    return ErrorsOfKind(share, bounds, quantiles)
