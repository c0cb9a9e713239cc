"""Measured knock-outs of a store, and what else is known when one is told that was not measured."""

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from knockon.arrays import Matrix
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.models.cells.knockout_features import Knowledge, Responses
from knockon.models.cells.protocol import group_numbers

_STATED = ("study", "condition", "strain", "deleted")
"""Of samples: those that agree in all of these are replicates."""


def read_responses(store: ExpressionStore, knockouts: pa.Table) -> tuple[Responses, list[str]]:
    """Knock-outs of one gene or more that the store knows, as means over replicates; and their names.

    knockouts: KNOCKOUT_SCHEMA, whose genes are symbols of the store, or its ids where it has no symbols.
    """
    places = {name: row for row, name in enumerate(store.samples["sample"].to_pylist())}
    by_symbol = dict(zip(_symbols(store), range(store.shape[1]), strict=True))
    changes, controls, knocked, studies, names = [], [], [], [], []
    for row in knockouts.to_pylist():
        known = [by_symbol[gene] for gene in row["genes"] if gene in by_symbol]
        if len(known) < len(row["genes"]):
            continue
        lacking, wild = (store.take(np.array([places[name] for name in row[what]])) for what in ("samples", "controls"))
        controls.append(np.nan_to_num(np.nanmean(wild, axis=0)))
        changes.append(np.nan_to_num(np.nanmean(lacking, axis=0) - np.nanmean(wild, axis=0)))
        knocked.append(tuple(known))
        studies.append(row["study"])
        names.append(row["knockout"])
    return Responses(np.array(changes), np.array(controls), tuple(knocked), tuple(studies)), names


def edges(store: ExpressionStore, regulons: pa.Table) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Signs and presence of edges between genes of the store, each (genes, genes) by regulator and target."""
    genes = {name: place for place, name in enumerate(store.genes["gene"].to_pylist())}
    rows = [row for row in regulons.to_pylist() if row["regulator"] in genes and row["target"] in genes]
    place = ([genes[row["regulator"]] for row in rows], [genes[row["target"]] for row in rows])
    shape = (len(genes), len(genes))
    signs = sp.csr_matrix(([float(row["sign"]) for row in rows], place), shape=shape)
    return signs, sp.csr_matrix((np.ones(len(rows)), place), shape=shape)


def knowledge(store: ExpressionStore, regulons: pa.Table, study: str) -> Knowledge:
    """What may be known when the knock-outs of a study are told: samples of the others alone.

    Of a store that names no operons nothing is known of them.
    """
    rows = np.flatnonzero(np.asarray(_studies(store)) != study)
    values: Matrix = store.take(rows)
    operons = group_numbers(_column(store, "operon", [""] * store.shape[1]))
    stated = [name for name in _STATED if name in store.samples.column_names]
    alike = ["|".join(each) for each in zip(*(store.samples[name].to_pylist() for name in stated), strict=True)]
    groups = (np.unique(np.asarray(texts)[rows], return_inverse=True)[1] for texts in (_studies(store), alike))
    return Knowledge(*edges(store, regulons), operons, values, *groups)


def _studies(store: ExpressionStore) -> list[str]:
    names: list[str] = store.samples["study"].to_pylist()
    return names


def _symbols(store: ExpressionStore) -> list[str]:
    return _column(store, "symbol", store.genes["gene"].to_pylist())


def _column(store: ExpressionStore, name: str, otherwise: list[str]) -> list[str]:
    """A column of the genes, which a person's own store may lack."""
    return store.genes[name].to_pylist() if name in store.genes.column_names else otherwise
