"""Which regulator drives which genes, how strongly, and which modules' loss it answers to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Values
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.settings import SimulationSettings


@dataclass(frozen=True)
class Regulation:
    """Planted regulation. A target's expression changes by `strength` where its regulator is lost altogether."""

    regulators: Integers  # (regulators,) genes
    targets: NDArray[np.bool_]  # (genes, regulators)
    strength: Values  # (genes, regulators), z-score; 0 where the gene is no target
    answers: Integers  # (modules,) the regulator whose activity changes with the module's loss


def regulate(settings: SimulationSettings, planted: Planted) -> Regulation:
    """Draw the regulation: a regulator drives a few whole modules (most members of each) and single genes besides."""
    random = settings.generator("regulation")
    count = len(planted.importance)
    chosen = np.sort(random.choice(count, max(8, count // 30), replace=False))
    drives = random.random((planted.modules, len(chosen))) < 3.0 / planted.modules
    targets = random.random((count, len(chosen))) < 0.002
    through = drives[planted.member_module] & (random.random((len(planted.member_gene), len(chosen))) < 0.8)
    np.logical_or.at(targets, planted.member_gene, through)
    targets[chosen, np.arange(len(chosen))] = False
    # An activator's targets fall with it, a repressor's rise.
    sign = np.where(random.random(len(chosen)) < 0.7, -1.0, 1.0)
    strength = np.round(targets * sign * random.uniform(1.0, 4.0, (count, len(chosen))), 6)
    return Regulation(chosen, targets, strength, random.integers(0, len(chosen), planted.modules))
