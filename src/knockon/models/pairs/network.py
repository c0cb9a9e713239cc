"""The network on pair features, alone and together with a booster that reads the same table."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import scipy.sparse as sp

from knockon.models.networks.model import NETWORK_SETTINGS
from knockon.models.pairs.blend import Blend
from knockon.models.pairs.boosted import boosters
from knockon.models.pairs.model import REGIMES, PairModel
from knockon.models.pairs.perceptron import PairPerceptron
from knockon.models.pairs.table import PairLearner
from knockon.models.protocol import Inputs
from knockon.training.settings import settings_from

PAIR_NETWORK = {"batch_size": 2048, "epochs": 8, "learning_rate": 0.002, "weight_decay": 0.1, "patience": None}
"""As chosen on validation pairs of ε."""


def pair_network(
    inputs: Inputs,
    label: str,
    side: Mapping[str, sp.csr_matrix],
    members: int = 1,
    width: int = 128,
    layers: int = 2,
    dropout: float = 0.4,
    folds: int = 10,
    boosted: bool = False,
    boosted_options: dict[str, Any] | None = None,
    loss: str = "mse",
    loss_options: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    folder: Path | None = None,
) -> PairModel:
    """Perceptrons on the features of the boosted model; members: so many, which differ in their seed.

    boosted: whether a booster joins them. training: settings that differ from NETWORK_SETTINGS and PAIR_NETWORK.
    """
    settings = settings_from(NETWORK_SETTINGS | PAIR_NETWORK | (training or {}))
    boosts = boosters(**(boosted_options or {})) if boosted else {}

    def member(regime: str, number: int) -> PairLearner:
        place = folder and folder / regime / f"network-{number}"
        own = replace(settings, seed=settings.seed + number)
        return PairPerceptron(label, own, width, layers, dropout, loss, loss_options, place)

    blends = {
        regime: Blend([member(regime, number) for number in range(members)], boosts.get(regime)) for regime in REGIMES
    }
    return PairModel("network_boosted" if boosted else "pair_network", inputs, side, blends, folds)


network_boosted = functools.partial(pair_network, boosted=True, members=3)
"""`pair_network` with a booster."""
