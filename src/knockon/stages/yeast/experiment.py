"""The model of an experiment: how params.yaml describes it, how it is built, and how it is found again on the disk."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from knockon.hashing import text_hash
from knockon.models.dcell.model import Hierarchy
from knockon.models.grid import Point
from knockon.models.protocol import Inputs, Model
from knockon.models.registry import build
from knockon.stages.yeast import paths
from knockon.stages.yeast.paths import CHECKPOINTS, NETWORKS
from knockon.stages.yeast.side import side_information

_TRAINING = "training."


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
    known: dict[str, Any] = field(default_factory=dict, repr=False)

    def with_knowledge(self, genes: tuple[str, ...]) -> "Experiment":
        """With all that builders may ask for by name; a model takes only what it names."""
        annotations = pq.read_table(paths.TABLES / "annotations.parquet")
        ontology = pq.read_table(NETWORKS / "ontology.parquet")
        known = {
            "label": self.label,
            "side": side_information(genes),
            "perturbed": self.perturbed,
            "hierarchy": Hierarchy(ontology, annotations, self.perturbed),
            "loss": self.loss,
            "loss_options": self.loss_options,
        }
        return Experiment(**{**self._fields(), "known": known})

    def build(self, inputs: Inputs, point: Point) -> Model:
        """The model with one point of its grid; "training.NAME" in a grid stands for a setting of the training."""
        training = dict(self.training)
        training |= {name.removeprefix(_TRAINING): point[name] for name in point if name.startswith(_TRAINING)}
        own = {name: value for name, value in point.items() if not name.startswith(_TRAINING)}
        identity = text_hash(f"{inputs.representation.name} {sorted(point.items())}")
        folder: Path = CHECKPOINTS / f"{identity:016x}"
        return build(self.model, inputs, own, **self.known, training=training, folder=folder)

    def description(self) -> dict[str, Any]:
        """Everything but the knowledge, for a file."""
        return {name: value for name, value in self._fields().items() if name != "known"}

    def _fields(self) -> dict[str, Any]:
        # asdict would copy the knowledge's matrices.
        shallow = Experiment(**{**self.__dict__, "known": {}})
        return asdict(shallow)


def experiment_from(description: dict[str, Any]) -> Experiment:
    """Take back what `Experiment.description` gave."""
    return Experiment(**{**description, "perturbed": tuple(description["perturbed"])})
