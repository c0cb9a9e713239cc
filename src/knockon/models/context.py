"""What the builders of models may draw on besides their hyper-parameters: one object, the same for every model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.represent.representation import Representation

Side = Mapping[str, sp.csr_matrix]
"""What is known of genes (annotations, networks, profiles): by kind, gene × feature matrices over one list of genes."""


@dataclass(frozen=True)
class Hierarchy:
    """What a network of subsystems is built from. ontology: child, parent. annotations: gene, term, evidence (codes).

    genes: those that are to be inputs, the ones that any strain perturbs.
    """

    ontology: pa.Table
    annotations: pa.Table
    genes: tuple[str, ...]


@dataclass(frozen=True)
class Inputs:
    """The gene vectors, and how those of a strain's genes are put together."""

    representation: Representation
    aggregation: str


def no_side() -> Side:
    """Nothing is known of any gene."""
    return {}


def no_hierarchy() -> Hierarchy:
    """There is none. Raises KnockonError."""
    raise KnockonError("this model is built from a hierarchy of subsystems, and none was given")


@dataclass(frozen=True)
class Context:
    """What stands around a model.

    label: what is predicted. perturbed: genes that any labelled strain perturbs; all may be where there are none. side
    and hierarchy take long to read, so they are functions: who needs them calls them. loss: a name of
    `losses.registry`, with its options. training: settings that differ from the model's own. folder: where checkpoints
    and the metric log go, so that a run that was stopped goes on; without it nothing is kept, and nothing resumed.
    """

    label: str
    perturbed: tuple[str, ...] = ()
    side: Callable[[], Side] = no_side
    hierarchy: Callable[[], Hierarchy] = no_hierarchy
    loss: str = "mse"
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    def loss_description(self) -> dict[str, Any]:
        """The loss's name, and its options beside it."""
        return {"name": self.loss, **self.loss_options}
