"""The models by the names that params.yaml uses. A model's module is imported when the model is built, not before."""

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.models.protocol import Inputs, Model

MODELS: dict[str, str] = {
    "mean": "knockon.models.strains.baselines:Mean",
    "smf_product": "knockon.models.strains.baselines:SmfProduct",
    "additive": "knockon.models.strains.additive:Additive",
    "factorisation": "knockon.models.strains.factorisation:Factorisation",
    "elastic_net": "knockon.models.strains.elastic_net:StandardisedElasticNet",
    "svr": "knockon.models.strains.support_vectors:SupportVectors",
    "random_forest": "knockon.models.strains.random_forest:RandomForest",
    "boosted": "knockon.models.pairs.boosted:Boosted",
    "mlp": "knockon.models.networks.model:mlp",
    "bilinear": "knockon.models.networks.model:bilinear",
    "network": "knockon.models.networks.model:network",
    "dcell": "knockon.models.dcell.model:dcell",
    "pair_network": "knockon.models.pairs.network:pair_network",
    "network_boosted": "knockon.models.pairs.network:network_boosted",
}
"""Name → "module:builder". A builder takes hyper-parameters by keyword and gives an unfitted Model."""

BASELINES = ("mean", "smf_product", "additive", "factorisation")
"""They use no representation and choose their own hyper-parameters on the validation rows."""


def build(name: str, inputs: Inputs, hyper_parameters: Mapping[str, Any], **context: Any) -> Model:
    """Make an unfitted model.

    inputs: gene vectors and their aggregation. context: what else the caller has at hand, such as `label`. A builder is
    given `inputs` and those of the context that it names among its arguments.
    Raises KnockonError for an unknown model or hyper-parameter, with the known ones.
    """
    if name not in MODELS:
        raise KnockonError(f"model {name!r} is unknown; choose one of {', '.join(MODELS)}")
    module, _, attribute = MODELS[name].partition(":")
    builder: Callable[..., Model] = getattr(import_module(module), attribute)
    arguments = inspect.signature(builder).parameters
    given = {"inputs": inputs, **context}
    known = [argument for argument in arguments if argument not in given]
    refuse_unknown(f"model {name}", "hyper-parameter", hyper_parameters, known)
    return builder(**{key: value for key, value in given.items() if key in arguments}, **hyper_parameters)
