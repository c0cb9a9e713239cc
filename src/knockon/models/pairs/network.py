"""The network on pair features, alone and together with a booster that reads the same table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from knockon.models.context import Context, Inputs
from knockon.models.networks.model import settings_of
from knockon.models.pairs.blend import Blend
from knockon.models.pairs.model import REGIMES, PairModel
from knockon.models.pairs.perceptron import PairPerceptron
from knockon.models.pairs.table import PairLearner

PAIR_NETWORK = {"batch_size": 2048, "epochs": 8, "learning_rate": 0.002, "weight_decay": 0.1, "patience": None}
"""As chosen on validation pairs of ε."""


def pair_network(
    inputs: Inputs,
    context: Context,
    *,
    members: int = 1,
    width: int = 128,
    layers: int = 2,
    dropout: float = 0.4,
    folds: int = 10,
) -> PairModel:
    """Perceptrons on the features of the boosted model; members: so many, which differ in their seed."""
    networks = _members(context, members, width, layers, dropout)
    blends = {regime: Blend(networks[regime], None) for regime in REGIMES}
    return PairModel("pair_network", inputs, context.side(), blends, folds)


def network_boosted(
    inputs: Inputs,
    context: Context,
    *,
    members: int = 3,
    width: int = 128,
    layers: int = 2,
    dropout: float = 0.4,
    folds: int = 10,
    boosted_options: Mapping[str, Any] | None = None,
) -> PairModel:
    """`pair_network` with a booster; boosted_options: see `boosters`."""
    # LightGBM brings pandas and scikit-learn with it: the network alone does not wait for them.
    from knockon.models.pairs.boosted import boosters

    networks, boosts = _members(context, members, width, layers, dropout), boosters(**(boosted_options or {}))
    blends = {regime: Blend(networks[regime], boosts[regime]) for regime in REGIMES}
    return PairModel("network_boosted", inputs, context.side(), blends, folds)


def _members(context: Context, members: int, width: int, layers: int, dropout: float) -> dict[str, list[PairLearner]]:
    """The perceptrons of each regime."""
    settings = settings_of(context, PAIR_NETWORK)

    def member(regime: str, number: int) -> PairLearner:
        own = replace(context, folder=context.folder and context.folder / regime / f"network-{number}")
        return PairPerceptron(own, replace(settings, seed=settings.seed + number), width, layers, dropout)

    return {regime: [member(regime, number) for number in range(members)] for regime in REGIMES}
