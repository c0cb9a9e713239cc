"""Pairs by direction: those in both bound what any model can reach."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.dataset.aggregate import add_keys
from knockon.dataset.directions import DIRECTION_SCHEMA, directions, in_both
from knockon.dataset.records import RECORD_SCHEMA
from knockon.hashing import combine, hash_column, hex_keys
from knockon.sources.yeast.sga_matrix import read_sga_matrix
from tests.dataset.made_up import deleted, record, screen, table

A, B, C = "YAL001C", "YBR002W", "YCR003C"
PAIR = deleted(A, B)


def _pairs(*records):
    return directions(add_keys(table(*records))).to_pylist()


def test_forward_is_the_direction_of_the_first_gene():
    (pair,) = _pairs(
        record(PAIR, 1, query_gene=B, value=-0.2, standard_error=None),
        record(PAIR, 2, query_gene=A, value=0.1, standard_error=0.05),
    )
    assert (pair["forward"], pair["reverse"]) == (0.1, -0.2)
    assert (pair["forward_standard_error"], pair["reverse_standard_error"]) == (0.05, None)
    assert (pair["dataset"], pair["phenotype"]) == ("screen", "interaction")


@pytest.mark.parametrize(
    "other",
    [
        {"query_gene": A},
        {"query_gene": ""},
        {"query_gene": None},
        {"query_gene": C},
        {"temperature": 30.0},
        {"media": "YPD"},
        {"dataset": "another"},
        {"phenotype": "fitness"},
        {"perturbations": [{"gene": A, "kind": "ts", "allele": "a-1"}, {"gene": B, "kind": "deletion", "allele": ""}]},
    ],
    ids=lambda change: "-".join(map(str, change)),
)
def test_only_the_same_strain_in_the_same_screen_is_compared(other):
    found = _pairs(record(PAIR, 1, query_gene=A), record(PAIR, 2, **{"query_gene": B, **other}))
    assert found
    assert not any(pair["forward"] is not None and pair["reverse"] is not None for pair in found)


def test_the_direction_that_was_not_measured_is_missing():
    (pair,) = _pairs(record(PAIR, 1, query_gene=B, value=-0.2, standard_error=0.1))
    assert (pair["forward"], pair["reverse"]) == (None, -0.2)
    assert (pair["forward_standard_error"], pair["reverse_standard_error"]) == (None, 0.1)


def test_replicates_of_a_direction_are_averaged_first():
    (pair,) = _pairs(
        record(PAIR, 1, query_gene=A, value=0.0, standard_error=0.1),
        record(PAIR, 2, query_gene=A, value=1.0, standard_error=0.3),
        record(PAIR, 3, query_gene=B, value=0.5),
    )
    assert math.isclose(pair["forward"], 0.1)


def test_two_datasets_give_two_rows():
    rows = [
        record(PAIR, number, query_gene=query, dataset=dataset, value=number / 10)
        for number, (query, dataset) in enumerate([(B, "b"), (A, "a"), (A, "b"), (B, "a")])
    ]
    assert [(pair["dataset"], pair["forward"], pair["reverse"]) for pair in _pairs(*rows)] == [
        ("a", 0.1, 0.3),
        ("b", 0.2, 0.0),
    ]


def test_singles_and_triples_have_no_direction():
    assert _pairs(record(deleted(A), 1), record(deleted(A, B, C), 2), record(deleted(A, B, C), 3, query_gene=B)) == []


def test_bytes_do_not_depend_on_the_order_of_rows():
    rows = add_keys(screen(5_000, 12, seed=1))
    whole = directions(rows)
    assert whole.schema.equals(DIRECTION_SCHEMA)
    assert len(whole) > 100
    shuffled = rows.take(pa.array(np.random.default_rng(0).permutation(len(rows))))
    assert directions(shuffled).equals(whole)


def _records_of(measured: pa.Table) -> pa.Table:
    """Pairs of a matrix of deletions as records, for this test alone: the graph does this in earnest."""
    genes = np.stack([measured["gene_a"].to_numpy(), measured["gene_b"].to_numpy()], axis=1).astype(str)
    ordered = np.sort(genes, axis=1).reshape(-1)
    constant = [pa.repeat("deletion", len(ordered)), pa.repeat("", len(ordered))]
    kind = RECORD_SCHEMA.field("perturbations").type
    structs = pa.StructArray.from_arrays([pa.array(ordered), *constant], fields=list(kind.value_type))
    offsets = pa.array(np.arange(0, len(ordered) + 1, 2, dtype=np.int32))
    row = record(PAIR, value=0.0, standard_error=None, n=1)
    columns = {name: pa.repeat(pa.scalar(row[name], RECORD_SCHEMA.field(name).type), len(genes)) for name in row}
    columns |= {
        "id": hex_keys(combine([hash_column(measured["gene_a"]), hash_column(measured["gene_b"])])),
        "perturbations": pa.ListArray.from_arrays(offsets, structs, type=kind),
        "query_gene": measured["gene_a"],
        "value": measured["value"],
    }
    return pa.Table.from_arrays([columns[name] for name in RECORD_SCHEMA.names], schema=RECORD_SCHEMA)


@pytest.mark.public
def test_figures_of_the_metabolic_matrix(public_files):
    """Known of this matrix: 344,165 pairs, 134,328 in both directions; r by size of ε in the forward direction."""
    folder = public_files / "yeast" / "digenic"
    rows, columns = (folder / f"costanzo2016_metabolic_{side}.csv" for side in ("rows", "cols"))
    matrix = read_sga_matrix(folder / "costanzo2016_metabolic_eps_matrix.xlsx", rows=rows, columns=columns).table
    keyed = add_keys(_records_of(matrix))
    assert len(np.unique(keyed["group"])) == 344_165
    pairs = directions(keyed)
    assert (len(pairs), in_both(pairs)) == (344_165, 134_328)
    pairs = pairs.filter(pc.and_(pairs["forward"].is_valid(), pairs["reverse"].is_valid()))
    forward, reverse = pairs["forward"].to_numpy(), pairs["reverse"].to_numpy()
    for threshold, wanted in [(0.0, 0.17), (0.08, 0.42), (0.16, 0.54), (0.30, 0.52)]:
        large = np.abs(forward) >= threshold if threshold == 0 else np.abs(forward) > threshold
        assert round(float(np.corrcoef(forward[large], reverse[large])[0, 1]), 2) == wanted
