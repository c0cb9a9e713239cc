"""The model of an experiment: what params.yaml and the file beside a trained model say of it, and how it is built."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from knockon.hashing import text_hash
from knockon.models.context import Context, Hierarchy, Inputs, Side
from knockon.models.protocol import Model
from knockon.models.registry import build
from knockon.represent.representation import Representation

EXPERIMENT = "experiment.json"
"""The file beside a trained model: what it was built from, and how wide its errors are."""

EXPERIMENT_KIND, EXPERIMENT_VERSION = "yeast.experiment", 2
"""The stamp of that file."""

_TRAINING = "training."


@dataclass(frozen=True)
class GeneKnowledge:
    """Where what is known of genes is read; each is read when it is asked for.

    representation: gene vectors by name. side: of these genes. hierarchy: of subsystems over these genes.
    """

    representation: Callable[[str], Representation]
    side: Callable[[tuple[str, ...]], Side]
    hierarchy: Callable[[tuple[str, ...]], Hierarchy]


@dataclass(frozen=True)
class Experiment:
    """What a model is built from. perturbed: genes that any labelled strain perturbs, in order."""

    model: str
    label: str
    split: str
    representation: str
    aggregation: str
    loss: str
    loss_options: dict[str, Any]
    training: dict[str, Any]
    perturbed: tuple[str, ...]

    def context(self, knowledge: GeneKnowledge, genes: tuple[str, ...], folder: Path | None = None) -> Context:
        """What stands around its models. genes: of the representation. folder: for the checkpoints of all of them."""
        return Context(
            label=self.label,
            perturbed=self.perturbed,
            # Several models of a grid share what is read.
            side=cache(partial(knowledge.side, genes)),
            hierarchy=cache(partial(knowledge.hierarchy, self.perturbed)),
            loss=self.loss,
            loss_options=self.loss_options,
            training=self.training,
            folder=folder,
        )

    def build(self, vectors: Representation, context: Context, point: dict[str, Any]) -> Model:
        """The model with one point of its grid; "training.NAME" in a grid stands for a setting of the training."""
        varied = {name.removeprefix(_TRAINING): point[name] for name in point if name.startswith(_TRAINING)}
        own = {name: value for name, value in point.items() if not name.startswith(_TRAINING)}
        identity = text_hash(f"{vectors.name} {sorted(point.items())}")
        folder = context.folder and context.folder / f"{identity:016x}"
        chosen = replace(context, training={**context.training, **varied}, folder=folder)
        return build(self.model, Inputs(vectors, self.aggregation), chosen, own)

    def description(self) -> dict[str, Any]:
        """For a file; `experiment_from` takes it back."""
        return asdict(self)


def experiment_from(description: dict[str, Any]) -> Experiment:
    """Take back what `Experiment.description` gave."""
    return Experiment(**{**description, "perturbed": tuple(description["perturbed"])})
