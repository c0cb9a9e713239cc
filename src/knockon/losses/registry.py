"""The losses by the names that params.yaml uses."""

from typing import Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.losses.loss import Loss
from knockon.losses.ordinal import Ordinal
from knockon.losses.ordinal_entropy import OrdinalEntropy
from knockon.losses.regression import Huber, MeanSquaredError
from knockon.losses.soft_label import SoftLabel

LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (MeanSquaredError, Huber, SoftLabel, Ordinal, OrdinalEntropy)
}


def build_loss(name: str, heads: tuple[str, ...], **options: Any) -> Loss:
    """Make the loss `name` for the named heads, unfitted.

    options: the loss's own settings (delta; bins, binning, width; diversity, tightness).
    Raises KnockonError for an unknown loss or option, with the known ones.
    """
    if name not in LOSSES:
        raise KnockonError(f"unknown loss {name!r}: choose one of {', '.join(LOSSES)}")
    kind: Any = LOSSES[name]
    known = [option for option in kind.__init__.__annotations__ if option not in ("heads", "outputs", "return")]
    refuse_unknown(f"loss {name}", "option", options, known)
    built: Loss = kind(heads, **options)
    return built
