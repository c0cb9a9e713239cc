"""A model of a wanted phenotype out of a learner of single genes: calibrated, with what was measured of a gene itself.

What the learner tells of a gene from all others is a prior; its measurement, where it has one, moves it by how much the
prior's spread exceeds the measurement's. Sets of knock-outs are told as sums of the effects over the level; what genes
do together no learner of single genes knows.
"""

from pathlib import Path

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.additive import OwnEffects, own_effects
from knockon.models.designs.blend import Blend
from knockon.models.designs.conformal import Spread, calibrated
from knockon.models.designs.learner import Learner, Learnt
from knockon.models.designs.protocol import GeneFeatures, Measured, Told
from knockon.models.storage import load_arrays, save_arrays

_FILE = "model.safetensors"
FEWEST = 12
"""Measured genes below which no interval can be calibrated."""

# Of the spread about what was told, at least so much is not the measurement's: no learner is without error.
_LEAST_PRIOR = 0.05


class OfGenes:
    """See `PhenotypeModel`. kind: as the registry calls the learner."""

    def __init__(self, kind: str, learner: Learner) -> None:
        self.kind, self.learner = kind, learner
        self.genes: tuple[str, ...] = ()
        # Of a blend: its members, which were fitted on the way. They are not saved.
        self.members: dict[str, OfGenes] = {}
        self.notes: dict[str, float] = {}
        self.level = self.noise = 0.0
        # By gene: mean and spread of its true effect over the level, and the directions along which errors go together.
        self.effect, self.spread, self.alike = np.zeros(0), np.zeros(0), np.zeros((0, 0))

    def fit(self, measured: Measured, features: GeneFeatures, seed: int) -> None:
        """See `PhenotypeModel.fit`. Raises KnockonError for too few genes, or genes in another order."""
        if measured.strains.genes != features.genes:
            raise KnockonError("measured strains: their genes are not those of the features; build both from one table")
        own = own_effects(measured)
        if len(own.effects.genes) < FEWEST:
            raise KnockonError(
                f"measured strains: {len(own.effects.genes)} genes; a model needs at least {FEWEST}, measure more"
            )
        self._combine(self.learner.learn(features, own.effects, seed), own, features.genes)
        if isinstance(self.learner, Blend):
            self.members = {name: OfGenes(name, each) for name, each in self.learner.members.items()}
            for name, learnt in self.learner.learnt.items():
                self.members[name]._combine(learnt, own, features.genes)

    def _combine(self, learnt: Learnt, own: OwnEffects, all_genes: tuple[str, ...]) -> None:
        """Priors of all genes, and of the measured ones what their measurement makes of it."""
        genes, values, variances, noise = own.effects.genes, own.effects.values, own.variances, own.noise
        self.genes = all_genes
        spread = calibrated(learnt.held, values)
        self.level, self.noise, self.notes, self.alike = float(values.mean()), noise, learnt.notes, learnt.alike
        effect, deviation = learnt.told - self.level, spread.of(learnt.told)
        prior = _true_variance(spread, learnt.held, variances)
        share = prior / (prior + variances)
        effect[genes] = learnt.held + share * (values - learnt.held) - self.level
        self.effect = effect
        self.spread = np.sqrt(np.maximum(deviation**2 - noise, _LEAST_PRIOR * deviation**2))
        self.spread[genes] = np.sqrt(share * variances)

    def predict(self, strains: Genotypes) -> Told:
        """See `PhenotypeModel.predict`."""
        matrix = self._matrix(strains)
        variance = matrix @ self.spread**2 + self.noise
        return Told(self.level + matrix @ self.effect, np.sqrt(variance))

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """See `PhenotypeModel.draw`."""
        matrix, random = self._matrix(strains), np.random.default_rng(seed)
        together = random.standard_normal((draws, self.alike.shape[1])) @ self.alike.T
        alone = np.sqrt(np.maximum(1 - (self.alike**2).sum(axis=1), 0))
        error = together + alone * random.standard_normal((draws, len(self.genes)))
        return np.asarray(self.level + (matrix @ (self.effect + self.spread * error).T).T)

    def _matrix(self, strains: Genotypes) -> sp.csr_matrix:
        if strains.genes != self.genes:
            raise KnockonError("strains: their genes are not those that the model was fitted with")
        return sp.csr_matrix(strains.matrix(), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """See `PhenotypeModel.save`."""
        arrays = {
            "effect": self.effect,
            "spread": self.spread,
            "alike": self.alike,
            "scalars": np.array([self.level, self.noise]),
        }
        save_arrays(folder / _FILE, f"designs.{self.kind}", arrays, {"genes": list(self.genes), "notes": self.notes})

    def load(self, folder: Path) -> None:
        """See `PhenotypeModel.load`."""
        arrays, settings = load_arrays(folder / _FILE, f"designs.{self.kind}")
        self.effect, self.spread, self.alike = (arrays[name] for name in ("effect", "spread", "alike"))
        self.level, self.noise = arrays["scalars"].tolist()
        self.genes, self.notes = tuple(settings["genes"]), settings["notes"]


def _true_variance(spread: Spread, held: Values, variances: Values) -> Values:
    """Variance of the measured genes' true effects about what was told of them, float64 (genes,)."""
    total = spread.of(held) ** 2
    return np.asarray(np.maximum(total - variances, _LEAST_PRIOR * total))
