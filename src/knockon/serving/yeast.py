"""The trained yeast model: what `knockon predict yeast` answers from. How genes are named: `gene_book.py`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knockon.artifact import UNSTAMPED, check, content
from knockon.dataset.genotypes import Genotypes
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.strain_errors import StrainErrors, errors_from
from knockon.models.experiment import (
    EXPERIMENT,
    EXPERIMENT_KIND,
    EXPERIMENT_VERSION,
    Experiment,
    GeneKnowledge,
    experiment_from,
)
from knockon.models.grid import Point
from knockon.models.pairs.similarity import Similarities
from knockon.models.protocol import Model


@dataclass(frozen=True)
class Served:
    """A model with its experiment and its errors; likeness: of genes by side information, read when it is asked for."""

    model: Model
    experiment: Experiment
    errors: StrainErrors
    genes: tuple[str, ...]
    likeness: Callable[[], Similarities]

    def genotypes(self, strains: list[list[str]]) -> Genotypes:
        """Strains of systematic names as genotypes."""
        place = {gene: number for number, gene in enumerate(self.genes)}
        counts = [0, *(len(genes) for genes in strains)]
        indices = [place[gene] for genes in strains for gene in sorted(genes)]
        return Genotypes(self.genes, np.cumsum(counts).astype(np.int64), np.array(indices, dtype=np.int32))

    def predict(self, strains: list[list[str]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The label and its expected deviation, both (strains,), in the label's unit."""
        genotypes = self.genotypes(strains)
        predicted = self.model.predict(genotypes)
        return predicted, self.errors.deviations(genotypes, predicted)


Told = tuple[Experiment, Point, StrainErrors]
"""What experiment.json says: the experiment of the trained model, its point of the grid, and its errors."""


def load_served(folder: Path, knowledge: GeneKnowledge, told: Told | None = None) -> Served:
    """Read a trained model. told: of `read_experiment`, where it has been read.

    Raises KnockonError where there is none, FormatError where its files are damaged.
    """
    experiment, point, errors = told or read_experiment(folder)
    vectors = knowledge.representation(experiment.representation)
    context = experiment.context(knowledge, vectors.names)
    model = experiment.build(vectors, context, point)
    model.load(folder)
    likeness = cache(lambda: Similarities(context.side(), len(vectors.names)))
    return Served(model, experiment, errors, vectors.names, likeness)


def read_experiment(folder: Path) -> tuple[Experiment, Point, StrainErrors]:
    """The experiment of the trained model, its point of the grid, and its errors, as `yeast_train` wrote them.

    Raises KnockonError where there is none, FormatError where the file is damaged.
    """
    path = folder / EXPERIMENT
    try:
        found = json.loads(path.read_text())
        check(found, EXPERIMENT_KIND, (UNSTAMPED, 1, EXPERIMENT_VERSION), path)
        description = content(found)
        point, errors = description.pop("point"), errors_from(description.pop("errors"))
        return experiment_from(description), point, errors
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no trained model; run `dvc repro yeast_train` or `dvc pull`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path}: is damaged ({error}); train the model again") from error
