"""What a simulated yeast is made of: sizes, seed and noise."""

from dataclasses import dataclass

import numpy as np

from knockon.errors import KnockonError
from knockon.hashing import text_hash


@dataclass(frozen=True)
class SimulationSettings:
    """Sizes and noise of a simulated yeast. The same settings write the same bytes on every machine.

    `pairs` is the number of rows in the three pair files together, both directions counted; the linkage mask and
    failed colonies are drawn at random, so that the files hold this number within a few percent.
    """

    genes: int = 600
    pairs: int = 60_000
    seed: int = 0
    # Repeated screens of every query; the rows of one query follow each other, each repeat with its own noise.
    repeats: int = 1
    # Multiplies the measurement noise that was fitted to the Costanzo 2016 matrix; 0 gives noiseless interactions.
    noise: float = 1.0
    dcell_pairs: int = 2_000
    # Of the following, 0 leaves the file out, and more than the genes have deletion strains means all of them.
    triples: int = 2_000
    morphology_strains: int = 100
    expression_strains: int = 60
    metabolome_strains: int = 100

    def __post_init__(self) -> None:
        """Refuse sizes that no yeast can have. Raises KnockonError."""
        if not 100 <= self.genes <= 12_000:
            raise KnockonError(f"simulated yeast: genes must lie between 100 and 12,000, not {self.genes}")
        if self.pairs < 1 or self.repeats < 1:
            raise KnockonError(f"simulated yeast: pairs ({self.pairs}) and repeats ({self.repeats}) must be positive")
        counts = ("dcell_pairs", "triples", "morphology_strains", "expression_strains", "metabolome_strains")
        if negative := [name for name in counts if getattr(self, name) < 0]:
            raise KnockonError(f"simulated yeast: {negative[0]} must not be negative; 0 leaves the file out")
        if self.noise < 0 or self.seed < 0:
            raise KnockonError(f"simulated yeast: noise ({self.noise}) and seed ({self.seed}) must not be negative")

    def generator(self, *parts: str | int) -> np.random.Generator:
        """A random generator of its own for one part, so that a change of one part leaves the others' bytes alone."""
        return np.random.default_rng([self.seed, *(text_hash(p) if isinstance(p, str) else p for p in parts)])
