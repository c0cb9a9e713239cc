"""Blocks of features of genes from measurements of strains: fitness, profiles, interactions, place on the genome."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Matrix, Values
from knockon.dataset.expression_components import comparable
from knockon.dataset.profile_matrix import ProfileMatrix
from knockon.represent.rarity import leading_directions
from knockon.sources.tables import solid

# Bases between the ends of two chromosomes: more than any kernel over the place on one reaches.
_APART = 10_000_000


def mean_by_gene(genes: tuple[str, ...], rows: pa.Table, columns: str) -> tuple[tuple[str, ...], Matrix]:
    """Means of what was measured of each gene: names of the columns, sorted, and float32 (genes, columns), NaN where
    nothing was. rows: `gene`, `value`, and the column that names a measurement's column; rows of other genes are left
    out.
    """
    known = pa.array(genes, pa.string())
    rows = rows.filter(pc.and_(pc.is_in(rows["gene"], value_set=known), pc.is_finite(rows["value"])))
    names = pc.unique(solid(rows[columns])).sort()
    row = pc.index_in(solid(rows["gene"]), value_set=known).to_numpy(zero_copy_only=False).astype(np.int64)
    column = pc.index_in(solid(rows[columns]), value_set=names).to_numpy(zero_copy_only=False).astype(np.int64)
    cell, size = row * max(len(names), 1) + column, len(genes) * len(names)
    count = np.bincount(cell, minlength=size)
    total = np.bincount(cell, weights=rows["value"].to_numpy().astype(np.float64), minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, total / count, np.nan)
    return tuple(names.to_pylist()), mean.reshape(len(genes), len(names)).astype(np.float32)


def interactions(genes: tuple[str, ...], pairs: NDArray[np.integer], values: Values) -> sp.csr_matrix:
    """Profiles of interactions, float32 (genes, genes), symmetric: means of a pair's values, 0 where not measured.

    pairs: numbers of genes, (pairs, 2).
    """
    size = len(genes)
    first, second = np.sort(pairs, axis=1).T.astype(np.int64)
    pair, place = np.unique(first * size + second, return_inverse=True)
    mean = np.bincount(place, weights=values) / np.maximum(np.bincount(place), 1)
    upper = sp.coo_matrix((mean.astype(np.float32), (pair // size, pair % size)), shape=(size, size)).tocsr()
    found = sp.csr_matrix(upper + upper.T)
    found.eliminate_zeros()
    found.sort_indices()
    return found


def transcripts(genes: tuple[str, ...], profiles: ProfileMatrix, count: int) -> Matrix:
    """How a gene's own transcript answers to the deletions of other genes: leading directions, float32 (genes, count).

    NaN for genes whose transcript was not measured. Nothing of a gene's own deletion is in it, but as one of many.
    """
    found = np.full((len(genes), count), np.nan, dtype=np.float32)
    if not len(profiles):
        return found[:, :0]
    usable = comparable(profiles)
    known = {name: place for place, name in enumerate(usable.components)}
    rows = [place for place, gene in enumerate(genes) if gene in known]
    answers = np.nan_to_num(usable.values[:, [known[genes[row]] for row in rows]]).T
    rank = min(count, min(answers.shape) - 1) if answers.size else 0
    if rank < 1:
        return found[:, :0]
    found[rows, :rank] = leading_directions(sp.csr_matrix(answers), rank, seed=0, least=1e-6)
    return found[:, :rank]


def directions_of(matrix: sp.csr_matrix, count: int) -> Matrix:
    """Leading directions of what a sparse block says, float32 (genes, at most count), NaN where it says nothing."""
    known = np.flatnonzero(np.diff(matrix.indptr))
    rank = min(count, min(len(known), matrix.shape[1]) - 1)
    found = np.full((matrix.shape[0], max(rank, 0)), np.nan, dtype=np.float32)
    if rank > 0:
        found[known] = leading_directions(matrix[known], rank, seed=0, least=1e-6)
    return found


def genome_place(chromosomes: pa.ChunkedArray, starts: pa.ChunkedArray, stops: pa.ChunkedArray) -> Matrix:
    """Middle of each gene along all chromosomes, in kilobases, float32 (genes, 1), chromosomes far apart."""
    names = solid(chromosomes)
    number = pc.index_in(names, value_set=pc.unique(names.drop_null()).sort()).to_numpy(zero_copy_only=False)
    ends = (each.to_numpy(zero_copy_only=False).astype(np.float64) for each in (starts, stops))
    middle = sum(ends) / 2
    place = (middle + number.astype(np.float64) * _APART) / 1000
    return np.asarray(place, dtype=np.float32)[:, None]
