"""The trained yeast model on disk, and what was measured: what `knockon predict yeast` answers from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.artifact import UNSTAMPED, check, content
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.store import RecordStore
from knockon.errors import FormatError, KnockonError, nearest
from knockon.evaluation.strain_errors import StrainErrors
from knockon.models.grid import Point
from knockon.models.pairs.similarity import COMBINED, Similarities
from knockon.models.protocol import Inputs, Model
from knockon.stages.yeast import paths
from knockon.stages.yeast.experiment import Experiment, experiment_from
from knockon.stages.yeast.inputs import representation
from knockon.stages.yeast.model_paths import EXPERIMENT, EXPERIMENT_KIND, EXPERIMENT_VERSION

_ALIKE = 3


@dataclass(frozen=True)
class Served:
    """A model with its experiment and its errors; likeness: of genes by side information."""

    model: Model
    experiment: Experiment
    errors: StrainErrors
    genes: tuple[str, ...]
    likeness: Similarities

    def genotypes(self, strains: list[list[str]]) -> Genotypes:
        """Strains of systematic names as genotypes."""
        place = {gene: number for number, gene in enumerate(self.genes)}
        counts = [0, *(len(genes) for genes in strains)]
        indices = [place[gene] for genes in strains for gene in sorted(genes)]
        return Genotypes(self.genes, np.cumsum(counts).astype(np.int64), np.array(indices, dtype=np.int32))

    def predict(self, strains: list[list[str]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The label and its expected deviation, both (strains,), in the label's unit."""
        genotypes = self.genotypes(strains)
        return self.model.predict(genotypes), self.errors.deviations(genotypes)


def load_served() -> Served:
    """Read the trained model. Raises KnockonError where it was not trained, FormatError where its files are damaged."""
    path: Path = paths.MODEL / EXPERIMENT
    try:
        experiment, point, errors = read_experiment(path)
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no trained model; run `dvc repro yeast_train` or `dvc pull`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path}: is damaged ({error}); train the model again") from error
    vectors = representation(experiment.representation)
    experiment = experiment.with_knowledge(vectors.genes)
    model = experiment.build(Inputs(vectors, experiment.aggregation), point)
    model.load(paths.MODEL)
    likeness = Similarities(experiment.known["side"], len(vectors.genes))
    return Served(model, experiment, errors, vectors.genes, likeness)


def read_experiment(path: Path) -> tuple[Experiment, Point, StrainErrors]:
    """The experiment of the trained model, its point of the grid, and its errors, as `yeast_train` wrote them."""
    found = json.loads(path.read_text())
    check(found, EXPERIMENT_KIND, (UNSTAMPED, EXPERIMENT_VERSION), path)
    description = content(found)
    point, errors = description.pop("point"), StrainErrors(**description.pop("errors"))
    return experiment_from(description), point, errors


class GeneBook:
    """Genes by their names: systematic or standard, in any case."""

    def __init__(self, table: pa.Table) -> None:
        systematic, standard = table["id"].to_pylist(), table["standard_name"].to_pylist()
        self.standard = {gene: name or gene for gene, name in zip(systematic, standard, strict=True)}
        # Systematic names beat standard ones.
        pairs = [(name, gene) for gene, name in zip(systematic, standard, strict=True) if name]
        self._genes = {name.upper(): gene for name, gene in [*pairs, *((gene, gene) for gene in systematic)]}

    def resolve(self, name: str) -> str:
        """The systematic name. Raises KnockonError with the nearest names for an unknown one."""
        found = self._genes.get(name.strip().upper())
        if found is None:
            raise KnockonError(f"gene {name!r} is unknown{nearest(name.strip(), self._genes)}")
        return found


def gene_book() -> GeneBook:
    """The genes of the graph."""
    return GeneBook(pq.read_table(paths.TABLES / "genes.parquet", columns=["id", "standard_name"]))


class Measurements:
    """What was measured of strains: one phenotype at a temperature, or at any."""

    def __init__(self, temperature: float | None, wanted: set[str]) -> None:
        """Read the records of strains with a gene of `wanted`."""
        columns = ["perturbations", "phenotype", "temperature", "value", "standard_error", "dataset", "reconstructed"]
        rows: dict[tuple[str, frozenset[str]], list[dict[str, Any]]] = {}
        known = pa.array(sorted(wanted), pa.string())
        for batch in RecordStore(paths.STORE).batches(columns=columns):
            lists = batch["perturbations"].combine_chunks()
            hits = pc.is_in(pc.struct_field(lists.flatten(), "gene"), value_set=known)
            strains = np.unique(pc.list_parent_indices(lists).filter(hits).to_numpy())
            for row in batch.take(pa.array(strains)).to_pylist():
                if temperature is None or row["temperature"] in (None, temperature):
                    genes = frozenset(part["gene"] for part in row["perturbations"])
                    rows.setdefault((row["phenotype"], genes), []).append(row)
        self._rows = rows

    def of(self, phenotype: str, genes: frozenset[str]) -> dict[str, Any] | None:
        """The first record of a strain, one that was measured before one that was computed."""
        found = self._rows.get((phenotype, genes), [])
        return min(found, key=lambda row: (row["reconstructed"], row["dataset"])) if found else None

    def single(self, gene: str) -> float | None:
        """Fitness of the single mutant, the mean over its records."""
        values = [row["value"] for row in self._rows.get(("fitness", frozenset({gene})), [])]
        return float(np.mean(values)) if values else None

    def nearest(self, phenotype: str, genes: frozenset[str], served: Served) -> list[tuple[frozenset[str], float]]:
        """Measured strains in which one gene is exchanged for one alike; the most alike first, with the likeness."""
        place = {gene: number for number, gene in enumerate(served.genes)}
        found: dict[frozenset[str], float] = {}
        for kind, strain in self._rows:
            shared = genes & strain
            if kind != phenotype or len(strain) != len(genes) or len(shared) != len(genes) - 1:
                continue
            (given,), (other,) = genes - shared, strain - shared
            if other in place:
                pair = (np.array([place[given]]), np.array([place[other]]))
                found[strain] = float(served.likeness.of_pairs(COMBINED, *pair)[0])
        ordered = sorted(found.items(), key=lambda item: (-item[1], sorted(item[0])))
        return ordered[:_ALIKE]
