"""Models of a wanted phenotype by the kinds that params.yaml uses."""

from collections.abc import Mapping
from typing import Any

from knockon.errors import KnockonError, refuse_unknown
from knockon.models.designs.learner import Learner
from knockon.models.designs.of_genes import OfGenes

SETTINGS: dict[str, tuple[str, ...]] = {
    "mean": (),
    "nearest": ("neighbours", "prior"),
    "ridge": ("features",),
    "gp": ("tuned", "draws", "steps", "directions"),
    "boosted": ("rounds", "rate", "leaves", "rows", "folds"),
    "blend": ("members",),
}
"""Kind → its settings."""

KINDS = tuple(SETTINGS)


def build(kind: str, settings: Mapping[str, Any]) -> OfGenes:
    """An unfitted model. Raises KnockonError for an unknown kind or setting, with the known ones."""
    return OfGenes(kind, learner(kind, settings))


def learner(kind: str, settings: Mapping[str, Any]) -> Learner:
    """A learner of single genes. settings of a blend: `members`, kind → its settings."""
    if kind not in SETTINGS:
        raise KnockonError(f"design model: there is no kind {kind!r}; choose one of {', '.join(KINDS)}")
    refuse_unknown(f"design model {kind}", "setting", settings, SETTINGS[kind])
    if kind == "blend":
        from knockon.models.designs.blend import Blend

        members = settings.get("members", {"nearest": {}, "ridge": {}, "gp": {}, "boosted": {}})
        if not members:
            raise KnockonError("design model blend: it needs at least one member")
        return Blend({name: learner(name, own or {}) for name, own in members.items()})
    if kind == "gp":
        from knockon.models.designs.gaussian import GaussianProcess

        return GaussianProcess(**settings)
    if kind == "boosted":
        from knockon.models.designs.boosted import Boosted

        return Boosted(**settings)
    from knockon.models.designs.baselines import Mean, Nearest
    from knockon.models.designs.ridge import Ridge

    if kind == "nearest":
        return Nearest(**settings)
    return Mean() if kind == "mean" else Ridge(**settings)
