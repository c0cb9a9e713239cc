"""What the neural networks share: strains as tensors, and seeded initialisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from knockon.dataset.genotypes import Genotypes
from knockon.hashing import digest
from knockon.models.context import Inputs
from knockon.models.supervised import RowNames


class StrainBatches:
    """Genotypes as a source of batches; `indices` refer to the genotypes' own genes."""

    def __init__(self, genotypes: Genotypes) -> None:
        self.genotypes = genotypes

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """The tensors of the chosen strains; see `strain_tensors`."""
        return strain_tensors(self.genotypes, rows)


def strain_tensors(genotypes: Genotypes, rows: NDArray[np.int64]) -> dict[str, Tensor]:
    """The chosen strains as CSR sets of genes: `indices` int64 (perturbations,), `indptr` int64 (rows + 1,)."""
    chosen = genotypes.take(rows)
    return {"indices": torch.from_numpy(chosen.indices.astype(np.int64)), "indptr": torch.from_numpy(chosen.indptr)}


def strain_of_perturbation(indices: Tensor, indptr: Tensor) -> Tensor:
    """Row of the batch to which each perturbation belongs, int64 (perturbations,)."""
    rows = torch.arange(len(indptr) - 1, device=indptr.device)
    return torch.repeat_interleave(rows, indptr.diff(), output_size=len(indices))


def describe_inputs(inputs: Inputs) -> dict[str, Any]:
    """The representation, by name and by a hash of its numbers."""
    representation = inputs.representation
    vectors = digest(representation.matrix, names=" ".join(representation.names))
    return {"representation": representation.name, "vectors": vectors}


def gene_names(genotypes: Genotypes) -> RowNames:
    """What tells a person which strains these are: their perturbed genes, as in "YAL001C;YBR020W"."""

    def names(rows: NDArray[np.int64]) -> list[str]:
        chosen = genotypes.take(rows)
        genes = [chosen.genes[gene] for gene in chosen.indices.tolist()]
        return [";".join(genes[start:end]) for start, end in pairwise(chosen.indptr.tolist())]

    return names


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Initialise a network from its own seed, leaving torch's generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
