"""The models by the names that params.yaml uses. A model's module is imported when the model is built, not before."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Model

MODELS: dict[str, str] = {
    "mean": "knockon.models.strains.baselines:mean",
    "smf_product": "knockon.models.strains.baselines:smf_product",
    "additive": "knockon.models.strains.additive:additive",
    "factorisation": "knockon.models.strains.factorisation:factorisation",
    "elastic_net": "knockon.models.strains.elastic_net:elastic_net",
    "svr": "knockon.models.strains.support_vectors:svr",
    "random_forest": "knockon.models.strains.random_forest:random_forest",
    "boosted": "knockon.models.pairs.boosted:boosted",
    "mlp": "knockon.models.networks.set:mlp",
    "bilinear": "knockon.models.networks.bilinear:bilinear",
    "network": "knockon.models.networks.delta:network",
    "dcell": "knockon.models.dcell.model:dcell",
    "pair_network": "knockon.models.pairs.network:pair_network",
    "network_boosted": "knockon.models.pairs.network:network_boosted",
}
"""Name → "module:builder".

A builder is called with `Inputs`, `Context` and hyper-parameters, and gives an unfitted Model. Its hyper-parameters are
its keyword-only arguments, each with a default: that they are listed nowhere else keeps the list true.
"""

BOOSTED = ("boosted", "network_boosted")
"""They need LightGBM."""

BASELINES = ("mean", "smf_product", "additive", "factorisation")
"""They use no representation and choose their own hyper-parameters on the validation rows."""


def build(name: str, inputs: Inputs, context: Context, hyper_parameters: Mapping[str, Any]) -> Model:
    """Make an unfitted model.

    Raises KnockonError for an unknown model or hyper-parameter, with the known ones.
    """
    if name not in MODELS:
        raise KnockonError(f"model {name!r} is unknown; choose one of {', '.join(MODELS)}")
    module, _, attribute = MODELS[name].partition(":")
    builder: Callable[..., Model] = getattr(import_module(module), attribute)
    known: Mapping[str, Any] = getattr(builder, "__kwdefaults__", None) or {}
    refuse_unknown(f"model {name}", "hyper-parameter", hyper_parameters, known)
    return builder(inputs, context, **hyper_parameters)
