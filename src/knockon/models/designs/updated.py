"""A model of a screen, moved by what a campaign measured since: the screen's model, and one of what it missed by.

The screen told single genes; a laboratory then builds sets, in an assay and a background of its own. What the screen's
model misses by in those strains is learnt by a model of sets (`sets.process`): a shift of all, effects of genes and of
pairs. With few strains an interval is never narrower than the screen's model gives it.
"""

from pathlib import Path

import numpy as np

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.candidates import SetEffects
from knockon.models.designs.protocol import GeneFeatures, Measured, PhenotypeModel, Told
from knockon.models.designs.sets.process import SetModel

FEWEST = 3
"""Strains that a campaign moves a model with."""
FEW = 12
"""Strains below which the campaign's own scatter is not trusted."""


class Updated:
    """See `PhenotypeModel`. base: fitted to the screen; it stays as it is."""

    def __init__(self, base: PhenotypeModel) -> None:
        self.base, self.missed, self.strains = base, SetModel(), 0

    def fit(self, measured: Measured, features: GeneFeatures, seed: int, cycles: Integers | None = None) -> None:
        """Learn from a campaign's strains, FEWEST at least. cycles: of each strain, int64 (strains,)."""
        if len(measured.values) < FEWEST:
            raise KnockonError(f"{len(measured.values)} strains of a campaign: a model is moved by {FEWEST} at least")
        missed = measured.values - self.base.predict(measured.strains).mean
        # What genes have in common the screen's model knows already.
        self.missed.fit(Measured(measured.strains, missed, measured.errors), None, seed, cycles)
        self.strains = len(missed)

    def predict(self, strains: Genotypes) -> Told:
        """See `PhenotypeModel.predict`."""
        before, after = self.base.predict(strains), self.missed.predict(strains)
        deviation = after.deviation if self.strains >= FEW else np.maximum(before.deviation, after.deviation)
        return Told(before.mean + after.mean, deviation)

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """See `PhenotypeModel.draw`."""
        return np.asarray(self.base.predict(strains).mean + self.missed.draw(strains, draws, seed))

    def effects(self, genes: tuple[str, ...]) -> SetEffects:
        """The mean of every set of one or more of `genes` as a sum over genes and pairs; genes add up in the base."""
        names, own = self.missed.measured.strains.genes, self.missed.effects(genes)
        place = np.searchsorted(names, genes).astype(np.int32)
        alone = Genotypes(names, np.arange(len(genes) + 1, dtype=np.int64), place)
        none = Genotypes(names, np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32))
        level = float(self.base.predict(none).mean[0])
        singles = self.base.predict(alone).mean - level
        return SetEffects(genes, level + own.base, singles + own.singles, own.pairs)

    def save(self, folder: Path) -> None:
        """Both parts, a folder each."""
        for name, part in (("base", self.base), ("missed", self.missed)):
            (folder / name).mkdir()
            part.save(folder / name)

    def load(self, folder: Path) -> None:
        """Read both. Raises KnockonError where one is absent, damaged or of another kind."""
        self.base.load(folder / "base")
        self.missed.load(folder / "missed")
        self.strains = len(self.missed.measured.values)
