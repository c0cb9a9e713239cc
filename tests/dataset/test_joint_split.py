"""Sides of several phenotypes: the stricter of both splits, and profiles on the side of their genes' records."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.dataset.identity import groups
from knockon.dataset.joint_split import combined_split, genotype_groups, profile_sides, stricter
from knockon.dataset.splits import TEST, TRAIN, gene_split, pair_split, split_table
from knockon.errors import KnockonError

GENES = tuple(f"Y{number:03d}" for number in range(60))
HELD_OUT = {"validation": 0.1, "test": 0.15}
SHARES = {"validation": 0.1, "test": 0.1}
SEED = 1


def strains(pairs=True):
    """All single deletions, and all pairs."""
    sets = [(gene,) for gene in range(60)] + ([(a, b) for a in range(60) for b in range(a)] if pairs else [])
    indptr = np.concatenate([[0], np.cumsum([len(genes) for genes in sets])]).astype(np.int64)
    return Genotypes(GENES, indptr, np.array([gene for genes in sets for gene in sorted(genes)], dtype=np.int32))


@pytest.fixture
def both():
    genotypes = strains()
    by_group = genotype_groups(genotypes)
    keys = np.arange(len(genotypes), dtype=np.uint64)
    pair = pair_split(by_group, genotypes, {"train": 0.8, **SHARES}, SEED)
    gene, _ = gene_split(genotypes, HELD_OUT, SEED)
    return genotypes, pair, gene, [split_table(keys, by_group, sides, genotypes) for sides in (pair, gene)]


def test_groups_are_those_of_records():
    genotypes = strains()
    names = [[{"gene": GENES[gene]} for gene in part] for part in np.split(genotypes.indices, genotypes.indptr[1:-1])]
    assert np.array_equal(genotype_groups(genotypes), groups(pa.table({"perturbations": names})))


def test_a_test_row_of_either_split_is_a_test_row(both):
    genotypes, pair, gene, tables = both
    combined = combined_split(*tables, genotypes)
    sides = np.array(combined["split"].to_pylist())
    assert ((sides == "test") == ((pair == TEST) | (gene == TEST))).all()
    assert ((sides == "train") == ((pair == TRAIN) & (gene == TRAIN))).all()
    seen = np.array(combined["seen"].to_pylist())[(sides == "test") & (genotypes.counts == 2)]
    assert set(seen) == {0, 1, 2}


def test_a_profile_of_two_genes_is_on_the_side_of_their_record(both):
    genotypes, pair, gene, _ = both
    sides = profile_sides(genotypes, HELD_OUT, SHARES, SEED)
    doubles = genotypes.counts == 2
    assert np.array_equal(sides[doubles], stricter(pair, gene)[doubles])


def test_profiles_of_single_deletions_are_held_out_by_gene_and_at_random(both):
    genotypes, pair, gene, _ = both
    single = genotypes.counts == 1
    sides = profile_sides(genotypes, HELD_OUT, SHARES, SEED)[single]
    assert (sides[gene[single] == TEST] == TEST).all()
    assert (sides[gene[single] == TRAIN] == TEST).any()
    assert (pair[single] == TRAIN).all()


def test_a_strain_keeps_its_side_whatever_is_around_it():
    genotypes = strains(pairs=False)
    whole = profile_sides(genotypes, HELD_OUT, SHARES, SEED)
    assert np.array_equal(profile_sides(genotypes.take(np.arange(0, 60, 7)), HELD_OUT, SHARES, SEED), whole[::7])


def test_splits_of_different_datasets_are_refused(both):
    genotypes, _, _, (pair, gene) = both
    with pytest.raises(KnockonError, match="different datasets"):
        combined_split(pair, gene.slice(1), genotypes)
