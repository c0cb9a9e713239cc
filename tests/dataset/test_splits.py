"""Splits: nothing that tells of a test record may train; a checker that can fail."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.aggregate import aggregate
from knockon.dataset.genotypes import genotypes_from
from knockon.dataset.identity import groups as group_hashes
from knockon.dataset.identity import keys
from knockon.dataset.splits import (
    SIDES,
    SPLIT_SCHEMA,
    TEST,
    TRAIN,
    VALIDATION,
    content_hash,
    gene_split,
    leaks,
    pair_split,
    seen_genes,
    split_table,
    summarise,
)
from knockon.errors import KnockonError
from tests.dataset.made_up import deleted, record, screen, table

FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}
HELD_OUT = {"validation": 0.1, "test": 0.15}


@pytest.fixture(scope="module")
def records():
    return aggregate(screen(20_000, 120, seed=9))


def _genotypes(records):
    names = sorted({part["gene"] for strain in records["perturbations"].to_pylist() for part in strain})
    return genotypes_from(records["perturbations"], tuple(names))


@pytest.fixture(scope="module")
def genotypes(records):
    return _genotypes(records)


@pytest.fixture(scope="module")
def groups(records):
    return records["group"].to_numpy()


def test_pair_split_keeps_its_shares(groups, genotypes):
    sides = pair_split(groups, genotypes, FRACTIONS, seed=0)
    pairs = genotypes.counts > 1
    for side, share in enumerate(FRACTIONS.values()):
        assert abs((sides[pairs] == side).mean() - share) < 0.02


def test_singles_train_in_the_pair_split(groups, genotypes):
    sides = pair_split(groups, genotypes, FRACTIONS, seed=0)
    assert (sides[genotypes.counts == 1] == TRAIN).all()


def test_all_measurements_of_a_pair_are_on_one_side():
    """Directions, replicates, alleles, kinds and temperatures of one pair, for 200 pairs, unaggregated."""
    rows = []
    for i in range(200):
        a, b = f"YAL{i:03d}W", f"YBR{i:03d}C"
        rows += [
            record(deleted(a, b), query_gene=a),
            record(deleted(a, b), query_gene=b),
            record([(a, "ts", "a-1"), (b, "deletion", "")]),
            record(deleted(a, b), temperature=30.0, phenotype="fitness"),
        ]
    rows = table(*rows)
    hashes = group_hashes(rows)
    sides = pair_split(hashes, _genotypes(rows), FRACTIONS, seed=3)
    assert len(np.unique(hashes)) == 200
    assert set(sides.tolist()) == {TRAIN, VALIDATION, TEST}
    assert (sides.reshape(200, 4) == sides[::4, None]).all()


def test_a_side_depends_on_the_pair_alone(groups, genotypes):
    """Adding or removing records must not move others from test to train."""
    whole = pair_split(groups, genotypes, FRACTIONS, seed=1)
    half = np.arange(0, len(groups), 2)
    np.testing.assert_array_equal(pair_split(groups[half], genotypes.take(half), FRACTIONS, seed=1), whole[half])


def test_gene_split_holds_genes_out(genotypes):
    sides, held_out = gene_split(genotypes, HELD_OUT, seed=0)
    index = {gene: place for place, gene in enumerate(genotypes.genes)}
    test = {index[gene] for gene in held_out["test"]}
    validation = {index[gene] for gene in held_out["validation"]}
    assert test
    assert validation
    assert not test & validation
    rows = np.split(genotypes.indices, genotypes.indptr[1:-1])
    for side, row in zip(sides, rows, strict=True):
        genes = set(row.tolist())
        assert side == (TEST if genes & test else VALIDATION if genes & validation else TRAIN)


def test_seen_counts_genes_of_training_rows(genotypes):
    for sides in (gene_split(genotypes, HELD_OUT, seed=0)[0], np.zeros(len(genotypes), dtype=np.int8)):
        rows = np.split(genotypes.indices, genotypes.indptr[1:-1])
        known = set(np.concatenate([row for row, side in zip(rows, sides, strict=True) if side == TRAIN]).tolist())
        wanted = [len(known & set(row.tolist())) for row in rows]
        np.testing.assert_array_equal(seen_genes(sides, genotypes), wanted)


def test_test_pairs_of_a_gene_split_have_every_degree_of_seen(genotypes):
    sides, _ = gene_split(genotypes, HELD_OUT, seed=0)
    pairs = (sides == TEST) & (genotypes.counts == 2)
    assert set(seen_genes(sides, genotypes)[pairs].tolist()) == {0, 1}
    assert (seen_genes(sides, genotypes)[sides == TRAIN] == genotypes.counts[sides == TRAIN]).all()


def test_validation_faces_unseen_genes_like_the_test(genotypes):
    sides, _ = gene_split(genotypes, HELD_OUT, seed=0)
    seen = seen_genes(sides, genotypes)
    for side in (VALIDATION, TEST):
        assert (seen[sides == side] < genotypes.counts[sides == side]).all()


def _table_of(records, genotypes, sides):
    return split_table(records["key"].to_numpy(), records["group"].to_numpy(), sides, genotypes)


def test_sound_splits_do_not_leak(records, genotypes, groups):
    for seed in range(3):
        pair = pair_split(groups, genotypes, FRACTIONS, seed)
        gene, _ = gene_split(genotypes, HELD_OUT, seed)
        for sides in (pair, gene):
            split = _table_of(records, genotypes, sides)
            assert split.schema.equals(SPLIT_SCHEMA)
            assert not len(leaks(split, groups))


def test_a_split_that_parts_both_directions_is_caught():
    """The mistake of splitting raw rows at random: A×B trains, B×A tests."""
    a, b, c = "YAL001C", "YBR002W", "YCR003C"
    raw = table(
        record(deleted(a, b), 1, query_gene=a), record(deleted(a, b), 2, query_gene=b), record(deleted(a, c), 3)
    )
    hashes = group_hashes(raw)
    split = split_table(keys(raw), hashes, np.array([TRAIN, TEST, TEST], dtype=np.int8), _genotypes(raw))
    assert leaks(split, hashes).tolist() == [hashes[0]]
    good = split_table(keys(raw), hashes, np.array([TEST, TEST, TRAIN], dtype=np.int8), _genotypes(raw))
    assert not len(leaks(good, hashes))


def test_a_wrong_group_column_does_not_hide_a_leak(records, genotypes, groups):
    """Groups are computed anew: a split table that made up a group per row would look sound."""
    random = np.random.default_rng(0).integers(0, 3, len(groups)).astype(np.int8)
    split = split_table(records["key"].to_numpy(), np.arange(len(groups), dtype=np.uint64), random, genotypes)
    assert len(leaks(split, groups)) > 100


def test_summary_counts_and_recognises(records, genotypes, groups):
    sides, held_out = gene_split(genotypes, HELD_OUT, seed=0)
    split = _table_of(records, genotypes, sides)
    summary = summarise(split, genotypes, seed=0, held_out=held_out)
    assert summary["rows"] == {side: int((sides == number).sum()) for number, side in enumerate(SIDES)}
    assert sum(row["rows"] for row in summary["by_seen"]) == len(split)
    assert summary["held_out_genes"] == held_out
    assert summary["content"] == content_hash(split)
    moved = sides.copy()
    moved[0] = (moved[0] + 1) % 3
    assert content_hash(_table_of(records, genotypes, moved)) != summary["content"]


@pytest.mark.parametrize("fractions", [{"train": 0.8}, {"train": 1.2, "test": -0.2}, {"train": 0.9, "tset": 0.1}])
def test_wrong_fractions_are_named(groups, genotypes, fractions):
    with pytest.raises(KnockonError, match="add up to 1"):
        pair_split(groups, genotypes, fractions, seed=0)


@pytest.mark.parametrize("held_out", [{"test": -0.1}, {"test": 0.6, "validation": 0.5}, {"test": float("nan")}])
def test_wrong_shares_of_genes_are_named(genotypes, held_out):
    with pytest.raises(KnockonError, match="less than 1"):
        gene_split(genotypes, held_out, seed=0)


def test_an_unknown_side_is_named(groups):
    rows = len(groups)
    columns = [np.arange(rows, dtype=np.uint64), groups, pa.array(["holdout"] * rows), np.zeros(rows, dtype=np.int32)]
    with pytest.raises(KnockonError, match="sides other than"):
        leaks(pa.Table.from_arrays(columns, schema=SPLIT_SCHEMA), groups)
