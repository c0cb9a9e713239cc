"""The networks join the models: with this module imported, `build` makes them by name, as it makes all others."""

from knockon.models import registry
from knockon.models.registry import build as build

NETWORKS: dict[str, str] = {
    "mlp": "knockon.training.strain_model:mlp",
    "bilinear": "knockon.training.strain_model:bilinear",
    "network": "knockon.training.strain_model:network",
    "dcell": "knockon.training.dcell_model:dcell",
    "pair_network": "knockon.training.pair_network:pair_network",
    "network_boosted": "knockon.training.pair_network:network_boosted",
}
"""Name → "module:builder", as `knockon.models.registry.MODELS`, which can't name them: imports point left."""

registry.MODELS.update(NETWORKS)
