"""What was measured of strains: read from the record store for those that are asked about, and for no others."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.identity import groups
from knockon.dataset.store import RecordStore
from knockon.models.pairs.similarity import COMBINED, Similarities

Strain = frozenset[str]

_ALIKE = 3


class Measurements:
    """The records of some strains and of their single mutants, at a temperature (°C), or at any (None)."""

    def __init__(self, store: RecordStore, temperature: float | None, strains: Collection[Strain]) -> None:
        self._store, self._temperature = store, temperature
        wanted = {*strains, *(frozenset({gene}) for strain in strains for gene in strain)}
        rows = np.flatnonzero(np.isin(store.groups, _groups_of(wanted)))
        self._rows: dict[tuple[str, Strain], list[dict[str, Any]]] = {}
        for row in store.take(rows[self._at_temperature(store.take(rows))]).to_pylist():
            strain = frozenset(part["gene"] for part in row["perturbations"])
            self._rows.setdefault((row["phenotype"], strain), []).append(row)

    def of(self, phenotype: str, genes: Strain) -> dict[str, Any] | None:
        """The first record of a strain, one that was measured before one that was computed."""
        return min(self._rows.get((phenotype, genes), []), key=_preference, default=None)

    def single(self, gene: str) -> tuple[float, float] | None:
        """Fitness of the single mutant, the mean over its records, and its standard error, 0 where none is known."""
        rows = self._rows.get(("fitness", frozenset({gene})), [])
        if not rows:
            return None
        errors = [row["standard_error"] or 0.0 for row in rows]
        return float(np.mean([row["value"] for row in rows])), float(np.sqrt(np.sum(np.square(errors))) / len(rows))

    def nearest(
        self, phenotype: str, genes: Strain, axis: tuple[str, ...], likeness: Callable[[], Similarities]
    ) -> list[tuple[Strain, float, float]]:
        """Measured strains in which one gene is exchanged for one alike: genes, value, likeness; the most alike first.

        axis: the genes that `likeness` knows, those of the strain among them. None is near a single mutant.
        """
        rows, given, other = self._exchanged(phenotype, genes, axis)
        if not len(rows):
            return []
        alike = likeness().of_pairs(COMBINED, given, other)
        strains = [genes - {axis[one]} | {axis[two]} for one, two in zip(given.tolist(), other.tolist(), strict=True)]
        by_strain: dict[Strain, list[int]] = {}
        for number in sorted(range(len(rows)), key=lambda number: (-alike[number], sorted(strains[number]))):
            if strains[number] not in by_strain and len(by_strain) == _ALIKE:
                break
            by_strain.setdefault(strains[number], []).append(number)
        found = []
        for strain, numbers in by_strain.items():
            best = min(self._store.take(rows[numbers]).to_pylist(), key=_preference)
            found.append((strain, float(best["value"]), float(alike[numbers[0]])))
        return found

    def _exchanged(
        self, phenotype: str, genes: Strain, axis: tuple[str, ...]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Rows of strains with one gene exchanged; places on `axis` of the gene left out and of the other."""
        known, size = self._store.genotypes(), len(genes)
        own = np.isin(np.array(known.genes), sorted(genes))
        total = np.concatenate([[0], np.cumsum(own[known.indices])])
        near = (known.counts == size) & (np.diff(total[known.indptr]) == size - 1)
        rows = np.flatnonzero(near) if size > 1 else np.zeros(0, dtype=np.int64)
        table = self._store.take(rows)
        rows = rows[self._at_temperature(table) & _mask(pc.equal(table["phenotype"], phenotype))]
        number = {gene: place for place, gene in enumerate(axis)}
        place = np.array([number.get(gene, -1) for gene in known.genes], dtype=np.int64)
        members = known.take(rows).indices.reshape(-1, size)
        other = place[members[~own[members]]]
        given = sum(number[gene] for gene in genes) - (place[members] * own[members]).sum(axis=1)
        return rows[other >= 0], given[other >= 0], other[other >= 0]

    def _at_temperature(self, table: pa.Table) -> NDArray[np.bool_]:
        if self._temperature is None:
            return np.ones(len(table), dtype=bool)
        return _mask(pc.fill_null(pc.equal(table["temperature"], self._temperature), True))


def _groups_of(strains: Collection[Strain]) -> NDArray[np.uint64]:
    perturbations = [[{"gene": gene} for gene in sorted(strain)] for strain in strains]
    kind = pa.list_(pa.struct([("gene", pa.string())]))
    return groups(pa.table({"perturbations": pa.array(perturbations, kind)}))


def _mask(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = values.to_numpy().astype(bool)
    return found


def _preference(row: dict[str, Any]) -> tuple[bool, str]:
    return row["reconstructed"], row["dataset"]
