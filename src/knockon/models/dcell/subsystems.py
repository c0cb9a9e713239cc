"""What a trained DCell says about subsystems: the states of its terms, and how much each explains a prediction."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor

from knockon.atomic import atomic_path
from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.models.dcell.network import DCell
from knockon.models.dcell.tables import RLIPP_SCHEMA, SHIFT_SCHEMA, STATE_SCHEMA
from knockon.models.networks.batches import StrainBatches, strain_tensors
from knockon.models.ridge import left_out
from knockon.training.predict_batches import predict_batches

_FOLDS = 5
_PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


def write_states(path: Path, network: DCell, genotypes: Genotypes, batch_rows: int = 128) -> None:
    """Write every term's state for every strain as Parquet (STATE_SCHEMA), a batch of strains at a time."""
    network.eval()
    names = pa.array(genotypes.genes, pa.string())
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, STATE_SCHEMA, compression="zstd") as writer:
        for start in range(0, len(genotypes), batch_rows):
            rows = np.arange(start, min(start + batch_rows, len(genotypes)))
            chosen = genotypes.take(rows)
            genes = pa.ListArray.from_arrays(pa.array(chosen.indptr.astype(np.int32)), names.take(chosen.indices))
            numbers = pa.array(rows.astype(np.int32))
            found = _states(network, genotypes, rows)
            parts = [[numbers, genes, pa.repeat(term, len(rows)), _lists(state)] for term, state in found.items()]
            # One table a batch: a row group for each term would make the file larger than its numbers.
            batches = [pa.RecordBatch.from_arrays(part, schema=STATE_SCHEMA) for part in parts]
            writer.write_table(pa.Table.from_batches(batches))


def rank_subsystems(
    network: DCell,
    genotypes: Genotypes,
    target: NDArray[np.float64],
    penalties: tuple[float, ...] = _PENALTIES,
) -> pa.Table:
    """Relative local improvement in predictive power of each term that has children (RLIPP_SCHEMA), the best first.

    For each term, `target` (a prediction or a label, one per strain) is fitted by ridge regression from the term's
    state, and from its children's states together; both are scored by Spearman's ρ over 5 folds, and compared. Ma et
    al. 2018, Nature Methods 15:290, "Interpretation". A term that says nothing its children don't has 0. Each fit has
    the penalty that suits it best: a few wide children would otherwise lose by their number of neurons alone. Two
    standard errors of a ρ of chance, 2/√(strains − 1), are the least by which a ratio is taken: a term whose genes
    few strains perturb has none.
    """
    network.eval()
    states = _states(network, genotypes, np.arange(len(genotypes)))
    least = 2 / math.sqrt(max(len(genotypes) - 1, 1))
    rows = []
    for term in network.topology.terms:
        if term.children:
            own = _explained([states[term.name]], target, penalties)
            below = _explained([states[child] for child in term.children], target, penalties)
            gain = (own - below) / below if below > least else None
            rows.append({"term": term.name, "genes": term.contained, "own": own, "below": below, "rlipp": gain})
    rows.sort(key=lambda row: (-math.inf if row["rlipp"] is None else row["rlipp"], row["term"]), reverse=True)
    return pa.Table.from_pylist(rows, schema=RLIPP_SCHEMA)


def subsystem_shifts(
    network: DCell, genotypes: Genotypes, decode: Callable[[Tensor], Tensor], batch_rows: int = 1024
) -> pa.Table:
    """How far each strain moves each term's own guess at the label from the wild type's (SHIFT_SCHEMA).

    decode: the loss's, from a head's numbers to the label's unit. Within a strain, the largest shifts come first.
    """
    wild = Genotypes(genotypes.genes, np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32))
    shifts = _guesses(network, genotypes, decode, batch_rows) - _guesses(network, wild, decode, batch_rows)
    order = np.argsort(-np.abs(shifts), axis=1, kind="stable")
    names = np.array(network.term_names)[order].ravel()
    strains = np.repeat(np.arange(len(genotypes), dtype=np.int32), shifts.shape[1])
    sorted_shifts = np.take_along_axis(shifts, order, axis=1).ravel()
    return pa.Table.from_arrays(
        [pa.array(strains), pa.array(names.tolist()), pa.array(sorted_shifts)], schema=SHIFT_SCHEMA
    )


def _guesses(
    network: DCell, genotypes: Genotypes, decode: Callable[[Tensor], Tensor], batch_rows: int
) -> NDArray[np.float64]:
    """Each term's guess at the first label, float64 (strains, terms)."""

    def guesses(batch: dict[str, Tensor]) -> Tensor:
        found = network(batch)
        every = torch.cat([found.auxiliary, found.outputs[:, None]], dim=1)
        return decode(every.flatten(0, 1)).view(*every.shape[:3])[..., 0]

    rows, device = np.arange(len(genotypes)), network.gene_rows.device
    found = predict_batches(network, guesses, StrainBatches(genotypes).batch, rows, batch_rows, device)
    values: NDArray[np.float64] = found.double().cpu().numpy()
    return values


def _states(network: DCell, genotypes: Genotypes, rows: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    with torch.no_grad():
        found = network.states(_beside(network, strain_tensors(genotypes, rows)))
    return {term: state.float().cpu().numpy() for term, state in found.items()}


def _beside(network: DCell, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The batch where the network is: a GPU, or main memory."""
    return {name: tensor.to(network.gene_rows.device) for name, tensor in batch.items()}


def _lists(state: NDArray[np.float32]) -> pa.ListArray:
    offsets = pa.array(np.arange(0, state.size + 1, state.shape[1], dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, pa.array(state.ravel()))


def _explained(states: list[NDArray[np.float32]], target: NDArray[np.float64], penalties: tuple[float, ...]) -> float:
    """Spearman's ρ between the target and its ridge fit on rows that were left out; 0 where the fit is constant."""
    # Takes a second to import: who asks for a prediction does not wait for it.
    from scipy.stats import rankdata

    predicted = left_out(np.hstack(states), target, penalties, _FOLDS)
    score = pearson(rankdata(predicted), rankdata(target))
    return score if math.isfinite(score) else 0.0
