"""A model of sets on the scale of values that told past cycles best: as measured, or logarithms over an offset.

Effects may add up or multiply, and strains of high titre may scatter more: which it is, the cycles that were already
told say. Each of them is told from those before it on every scale; the scale of the highest predictive density is kept.
Nothing of the cycle that is told is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Measured, Told
from knockon.models.designs.sets.forward import FEWEST, LEVEL
from knockon.models.designs.sets.process import SetModel, SetSettings

OFFSETS = (None, 2.0, 1.0, 0.5, 0.25)
"""Scales that are tried, the first of equals is kept: as measured, and log(value + offset · median)."""
_QUANTILES = ndtri((np.arange(21) + 0.5) / 21)
"""Over which the mean of a value is taken whose logarithm is told."""


@dataclass(frozen=True)
class Scale:
    """log(value + offset); the value itself where offset is None."""

    offset: float | None

    def of(self, values: Values) -> Values:
        """Values on the scale, float64 (rows,)."""
        return values if self.offset is None else np.log(np.maximum(values + self.offset, 1e-9))

    def slope(self, values: Values) -> Values:
        """How fast the scale runs at each value."""
        return np.ones(len(values)) if self.offset is None else 1 / np.maximum(values + self.offset, 1e-9)

    def back(self, scaled: Values) -> Values:
        """Values of what stands on the scale."""
        return scaled if self.offset is None else np.exp(scaled) - self.offset

    def mean(self, mean: Values, deviation: Values) -> Values:
        """Mean of a value whose scaled one is normal, float64 (rows,)."""
        if self.offset is None:
            return mean
        return np.asarray(self.back(mean[:, None] + deviation[:, None] * _QUANTILES).mean(axis=1))

    def measured(self, measured: Measured) -> Measured:
        """Strains on the scale."""
        errors = measured.errors * self.slope(measured.values)
        return Measured(measured.strains, self.of(measured.values), errors)


class ScaledSets:
    """See the module; told as `SetModel` is."""

    def __init__(self, settings: SetSettings | None = None) -> None:
        self.settings = settings or SetSettings()
        self.scale = Scale(None)
        self.model = SetModel(self.settings)

    def fit(self, measured: Measured, features: GeneFeatures | None, seed: int, cycles: Integers | None = None) -> None:
        """See `SetModel.fit`. Where values reach below 0, or no cycle can be told, they stay as measured."""
        scales = _scales(measured.values)
        if cycles is not None and len(scales) > 1:
            found = [forward_density(scale, self.settings, measured, features, cycles) for scale in scales]
            self.scale = scales[int(np.argmax(found))]
        self.model.fit(self.scale.measured(measured), features, seed, cycles)

    def predict(self, strains: Genotypes) -> Told:
        """Mean, and the deviation that half of the interval of LEVEL is of a normal distribution."""
        mean, _, deviation = self.model.told(strains)
        low, high = self.interval(strains, LEVEL)
        return Told(self.scale.mean(mean, deviation), (high - low) / 2 / float(ndtri((1 + LEVEL) / 2)))

    def interval(self, strains: Genotypes, level: float) -> tuple[Values, Values]:
        """Ends of the interval of a new measurement; on a logarithmic scale it reaches further up than down."""
        told, reach = self.model.predict(strains), float(ndtri((1 + level) / 2))
        return self.scale.back(told.mean - reach * told.deviation), self.scale.back(told.mean + reach * told.deviation)


def _scales(values: Values) -> list[Scale]:
    middle = float(np.median(values))
    if values.min() < 0 or middle <= 0:
        return [Scale(None)]
    return [Scale(None if offset is None else offset * middle) for offset in OFFSETS]


def forward_density(
    scale: Scale, settings: SetSettings, measured: Measured, features: GeneFeatures | None, cycles: Integers
) -> float:
    """Mean log density of the strains of past cycles, each cycle told from those before it; 0 where none can be."""
    found = list(_densities(scale, settings, measured, features, cycles))
    return float(np.concatenate(found).mean()) if found else 0.0


def _densities(
    scale: Scale, settings: SetSettings, measured: Measured, features: GeneFeatures | None, cycles: Integers
) -> Iterator[Values]:
    scaled, slopes = scale.measured(measured), scale.slope(measured.values)
    for cycle in np.unique(cycles)[1:].tolist():
        before, asked = (
            np.flatnonzero(cycles < cycle),
            np.flatnonzero((cycles == cycle) & (measured.strains.counts > 0)),
        )
        if len(before) < FEWEST or not len(asked):
            continue
        past = SetModel(settings)
        past.learn(scaled.take(before), features, cycles[before])
        mean, _, deviation = past.told(scaled.strains.take(asked))
        off = (scaled.values[asked] - mean) / deviation
        yield -(off**2) / 2 - np.log(deviation) + np.log(slopes[asked])
