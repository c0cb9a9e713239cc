"""Sides for labels of several phenotypes, so that no genotype trains one head and tests another.

Both committed splits hold at once: a record is test where either says so, train where both do, validation otherwise. So
one training is judged on strains with no, one and two genes seen. Profiles are in neither table: they follow the same
rule by the same hashes. Their single mutants are held out at random too (the pair split keeps singles for training,
since single-mutant fitness is the premise of predicting doubles; a profile is no such premise), which gives profiles of
genes that training strains of other phenotypes perturb.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.dataset.genotypes import Genotypes
from knockon.dataset.identity import groups
from knockon.dataset.splits import SIDES, TEST, TRAIN, VALIDATION, Sides, gene_split, split_table
from knockon.errors import KnockonError
from knockon.hashing import Hashes, unit_interval


def combined_split(pair: pa.Table, gene: pa.Table, genotypes: Genotypes) -> pa.Table:
    """The stricter side of both splits, SPLIT_SCHEMA; pair, gene: SPLIT_SCHEMA in the order of `genotypes`' records.

    Raises KnockonError where the two splits are of different records.
    """
    if not pair["key"].equals(gene["key"]):
        raise KnockonError("the pair and the gene split are of different datasets: run dvc repro yeast_split")
    both = [pc.index_in(table["split"], value_set=pa.array(SIDES)).to_numpy() for table in (pair, gene)]
    sides = stricter(*(codes.astype(np.int8) for codes in both))
    return split_table(pair["key"].to_numpy(), pair["group"].to_numpy(), sides, genotypes)


def stricter(first: Sides, second: Sides) -> Sides:
    """TEST where either is, else VALIDATION where either is, else TRAIN."""
    assert TRAIN < VALIDATION < TEST
    return np.maximum(first, second)


def profile_sides(genotypes: Genotypes, held_out: Mapping[str, float], shares: Mapping[str, float], seed: int) -> Sides:
    """Side of every profiled strain, int8 (strains,).

    held_out: shares of genes, shares: shares of sets of genes, both by side (validation, test) and, with the seed, as
    the committed splits were made: a pair of genes is on the side that its ε record has.
    """
    by_gene, _ = gene_split(genotypes, held_out, seed)
    fractions = [1 - shares["validation"] - shares["test"], shares["validation"]]
    chance = unit_interval(genotype_groups(genotypes), seed)
    by_set = np.searchsorted(np.cumsum(fractions), chance, side="right").astype(np.int8)
    return stricter(by_gene, by_set)


def genotype_groups(genotypes: Genotypes) -> Hashes:
    """Hash of each strain's set of genes, the same as that of a record of these genes; uint64 (strains,)."""
    names = pa.array(genotypes.genes, pa.string()).take(pa.array(genotypes.indices))
    members = pa.StructArray.from_arrays([names], names=["gene"])
    return groups(pa.table({"perturbations": pa.LargeListArray.from_arrays(pa.array(genotypes.indptr), members)}))
