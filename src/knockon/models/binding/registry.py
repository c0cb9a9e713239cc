"""Models of pairs by the names that params.yaml uses."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.models.binding.build_network import build_network
from knockon.models.binding.protocol import BindingModel

if TYPE_CHECKING:
    from knockon.models.binding.fixed_vectors import FixedVectors

MODELS = ("mean", "biases", "ligand_only", "protein_only", "nearest_analogue", "boosted", "convolution", "dual")


def build(
    name: str,
    settings: Mapping[str, Any],
    training: Mapping[str, Any] | None = None,
    vectors: "Mapping[str, FixedVectors] | None" = None,
) -> BindingModel:
    """An unfitted model. settings: its own; training: those of the engine, and vectors of a side, for networks.

    Raises KnockonError for an unknown model or setting, with the known ones.
    """
    if name not in MODELS:
        raise KnockonError(f"binding model: there is no {name!r}; choose one of {', '.join(MODELS)}")
    if name in ("convolution", "dual"):
        return build_network(name, settings, training or {}, vectors)
    from knockon.models.binding.baselines import Biases, NearestAnalogue
    from knockon.models.binding.boosted import Boosted

    fixed: dict[str, Any] = {} if name in ("nearest_analogue", "boosted") else {"kind": name}
    maker: Any = {"nearest_analogue": NearestAnalogue, "boosted": Boosted}.get(name, Biases)
    known = [option for option in getattr(maker.__init__, "__annotations__", {}) if option not in ("kind", "return")]
    refuse_unknown(f"binding model {name}", "setting", settings, known)
    model: BindingModel = maker(**fixed, **settings)
    return model
