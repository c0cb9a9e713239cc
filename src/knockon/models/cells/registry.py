"""Models of transcriptomes by the kinds that params.yaml uses."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.models.cells.protocol import CellModel

KINDS = ("mean", "nearest", "pca", "grouped", "autoencoder")

_WIDTH = 50
_SETTINGS = {"pca": ["width"], "grouped": ["width", "groups"]}


def build(
    kind: str,
    settings: Mapping[str, Any],
    training: Mapping[str, Any] | None = None,
    sharding: Mapping[str, Any] | None = None,
) -> CellModel:
    """An unfitted model. settings: its own; training, sharding: those of the engine, for networks.

    Raises KnockonError for an unknown kind or setting, with the known ones.
    """
    if kind not in KINDS:
        raise KnockonError(f"cell model: there is no kind {kind!r}; choose one of {', '.join(KINDS)}")
    if kind == "autoencoder":
        from knockon.models.cells.autoencoder import AutoencoderModel, AutoencoderSizes
        from knockon.training.sharding import Sharding

        known = [field.name for field in fields(AutoencoderSizes)]
        refuse_unknown("cell model autoencoder", "setting", settings, known)
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
        }
        return AutoencoderModel(AutoencoderSizes(**given), training or {}, Sharding(**(sharding or {})))
    from knockon.models.cells.baselines import GeneMean, NearestSample
    from knockon.models.cells.pca import Pca
    from knockon.models.cells.shrunk import ShrunkPca, group_rows

    refuse_unknown(f"cell model {kind}", "setting", settings, _SETTINGS.get(kind, []))
    width = settings.get("width", _WIDTH)
    if kind == "pca":
        return Pca(width)
    if kind == "grouped":
        return ShrunkPca(width, {name: group_rows(name) for name in settings.get("groups", ("operon",))})
    return GeneMean() if kind == "mean" else NearestSample()
