"""Identity: what must, and what must not, tell two measurements apart."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.identity import canonical, groups, keys, parse_hex, repeated_genes
from knockon.hashing import hex_keys
from tests.dataset.made_up import deleted, record, screen, table

A, B, C = "YAL001C", "YBR002W", "YCR003C"


def _keys_of(*records):
    return keys(table(*records)).tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "another"},
        {"publication": "another"},
        {"query_gene": B},
        {"value": -0.3},
        {"standard_error": None},
        {"n": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_dataset_direction_and_measured_numbers_are_no_identity(change):
    first, second = _keys_of(record(deleted(A, B)), record(deleted(A, B), **change))
    assert first == second


@pytest.mark.parametrize(
    "other",
    [
        record([(A, "ts", ""), (B, "deletion", "")]),
        record([(A, "deletion", "a-1"), (B, "deletion", "")]),
        record([(A, "deletion", ""), (B, "deletion", "a-1")]),
        record(deleted(A, C)),
        record(deleted(A), phenotype="interaction"),
        record(deleted(A, B, C)),
        record(deleted(A, B), media="YPD"),
        record(deleted(A, B), temperature=30.0),
        record(deleted(A, B), temperature=None),
        record(deleted(A, B), phenotype="fitness"),
    ],
    ids=["kind", "allele", "allele of the other", "gene", "fewer", "more", "media", "temperature", "none", "phenotype"],
)
def test_kind_allele_and_environment_are_identity(other):
    """Deduplicating on gene names alone once mixed temperatures and alleles."""
    first, second = _keys_of(record(deleted(A, B)), other)
    assert first != second


def test_order_of_perturbations_is_no_identity():
    perturbed = [(A, "ts", "a-1"), (B, "deletion", ""), (C, "damp", "")]
    orders = [[perturbed[i] for i in order] for order in [(0, 1, 2), (2, 1, 0), (1, 2, 0)]]
    assert len(set(_keys_of(*[record(order) for order in orders]))) == 1
    assert len(set(groups(table(*[record(order) for order in orders])).tolist())) == 1


def test_kind_stays_with_its_gene():
    """Swapping the kinds of two genes is another strain, although the sets of genes and kinds are the same."""
    first, second = _keys_of(record([(A, "ts", ""), (B, "deletion", "")]), record([(A, "deletion", ""), (B, "ts", "")]))
    assert first != second


def test_group_is_the_set_of_genes_alone():
    same = [
        record(deleted(A, B)),
        record([(A, "ts", "a-1"), (B, "damp", "")], temperature=30.0, phenotype="fitness"),
        record([(A, "ts", "a-1"), (A, "ts", "a-2"), (B, "damp", "")]),
    ]
    others = [record(deleted(A)), record(deleted(B)), record(deleted(A, C)), record(deleted(A, B, C))]
    hashes = groups(table(*same, *others)).tolist()
    assert len(set(hashes[:3])) == 1
    assert len(set(hashes[2:])) == 5


def test_hashes_do_not_depend_on_neighbours_chunks_or_encoding():
    records = screen(500, 30, seed=3)
    whole, sets = keys(records), groups(records)
    pieces = [records.slice(start, 37) for start in range(0, 500, 37)]
    np.testing.assert_array_equal(np.concatenate([keys(piece) for piece in pieces]), whole)
    np.testing.assert_array_equal(keys(pa.concat_tables(pieces)), whole)
    np.testing.assert_array_equal(np.concatenate([groups(piece) for piece in pieces]), sets)
    order = np.random.default_rng(0).permutation(500)
    np.testing.assert_array_equal(keys(records.take(pa.array(order))), whole[order])


def test_the_hash_function_is_pinned():
    """Stores and split files keep these hashes: a change of the function must be a change of version."""
    first = table(record([(A, "ts", "a-1"), (B, "deletion", "")]))
    assert hex_keys(keys(first)).to_pylist() == ["f1ef7ad1d3e17dbe"]
    assert hex_keys(groups(first)).to_pylist() == ["c850af89809db56a"]


def test_no_collisions_among_many():
    """All pairs of 300 genes: 44,850 sets, so an additive hash without mixing would collide."""
    names = [f"YAL{i:03d}W" for i in range(300)]
    pairs = [
        [{"gene": a, "kind": "deletion", "allele": ""} for a in (p, q)] for i, p in enumerate(names) for q in names[:i]
    ]
    one = table(record(deleted(A, B)))
    many = one.take(pa.array(np.zeros(len(pairs), dtype=np.int64)))
    place = many.schema.get_field_index("perturbations")
    many = many.set_column(place, many.schema.field(place), pa.array(pairs, type=many.schema.field(place).type))
    assert len(np.unique(groups(many))) == len(np.unique(keys(many))) == len(pairs)


def test_empty_strains_and_empty_tables_have_hashes():
    nothing = table(record(deleted(A, B)))[:0]
    assert len(keys(nothing)) == len(groups(nothing)) == 0
    assert len(groups(table(record([("", "deletion", "")]) | {"perturbations": []}))) == 1


def test_repeated_genes_are_found():
    rows = table(
        record(deleted(A, B)),
        record([(A, "ts", "1"), (A, "ts", "2")]),
        record(deleted(A)),
        record([(B, "ts", "1"), (A, "ts", ""), (B, "ts", "")]),
    )
    assert repeated_genes(rows["perturbations"]).tolist() == [False, True, False, True]


def test_canonical_order_is_gene_kind_allele():
    rows = table(record([(B, "ts", "2"), (B, "ts", "1"), (A, "ts", ""), (B, "damp", "")]), record(deleted(A, B)))
    first, second = canonical(rows["perturbations"]).to_pylist()
    assert [tuple(part.values()) for part in first] == [
        (A, "ts", ""),
        (B, "damp", ""),
        (B, "ts", "1"),
        (B, "ts", "2"),
    ]
    assert [part["gene"] for part in second] == [A, B]


def test_hexadecimal_ids_are_read_or_refused():
    texts = [
        "0000000000000000",
        "ffffffffffffffff",
        "00000000deadbeef",
        "xyz",
        "",
        None,
        "FFFFFFFFFFFFFFFF",
        "0" * 17,
        "é" * 8,
    ]
    values, valid = parse_hex(pa.array(texts))
    assert valid.tolist() == [True, True, True] + [False] * 6
    assert values[:3].tolist() == [0, 2**64 - 1, 0xDEADBEEF]
    numbers = np.random.default_rng(1).integers(0, 2**64, 100, dtype=np.uint64)
    np.testing.assert_array_equal(parse_hex(hex_keys(numbers).slice(7))[0], numbers[7:])
