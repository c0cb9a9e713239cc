"""Networks of pairs by the names that params.yaml uses; what needs nothing but them need not know the other models."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from knockon.errors import refuse_unknown

if TYPE_CHECKING:
    from knockon.models.binding.fixed_vectors import FixedVectors
    from knockon.models.binding.network_model import NetworkModel


def build_network(
    name: str,
    settings: Mapping[str, Any],
    training: Mapping[str, Any],
    vectors: "Mapping[str, FixedVectors] | None" = None,
) -> "NetworkModel":
    """An unfitted `dual` or `convolution`. Raises KnockonError for an unknown setting, with the known ones.

    vectors: see `NetworkModel`.
    """
    from knockon.models.binding.network_model import NetworkModel
    from knockon.models.binding.sizes import ConvolutionSizes, DualSizes

    kind: Any = DualSizes if name == "dual" else ConvolutionSizes
    refuse_unknown(f"binding model {name}", "setting", settings, [field.name for field in fields(kind)])
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return NetworkModel(kind(**given), training, vectors)
