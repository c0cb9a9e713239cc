"""Strains as sparse sets of genes."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.genotypes import Genotypes, genotypes_from
from knockon.errors import KnockonError
from tests.dataset.made_up import deleted, record, screen, table

GENES = ("YAL001C", "YBR002W", "YCR003C", "YDL004W")
A, B, C, D = GENES


@pytest.fixture
def strains():
    rows = table(record(deleted(A)), record(deleted(D, B)), record([(C, "ts", "c-1"), (A, "damp", ""), (D, "ts", "")]))
    return genotypes_from(rows["perturbations"], GENES)


def test_indices_point_at_genes(strains):
    assert len(strains) == 3
    assert strains.counts.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(strains.indices, [0, 1, 3, 2, 0, 3])
    assert (strains.indptr.dtype, strains.indices.dtype) == (np.int64, np.int32)


def test_matrix_marks_perturbed_genes(strains):
    matrix = strains.matrix()
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix.toarray(), [[1, 0, 0, 0], [0, 1, 0, 1], [1, 0, 1, 1]])


def test_take_by_position_and_by_mask(strains):
    np.testing.assert_array_equal(
        strains.take(np.array([2, 0, 2])).matrix().toarray(), strains.matrix().toarray()[[2, 0, 2]]
    )
    np.testing.assert_array_equal(
        strains.take(np.array([True, False, True])).matrix().toarray(), strains.matrix().toarray()[[0, 2]]
    )
    assert len(strains.take(np.array([], dtype=np.int64))) == 0


def test_pairs_are_two_columns_or_an_error(strains):
    assert strains.take(np.array([1, 1])).pairs().tolist() == [[1, 3], [1, 3]]
    with pytest.raises(ValueError, match="exactly two"):
        strains.pairs()


def test_unknown_genes_are_named():
    rows = table(record(deleted(A, "YZZ999W")))
    with pytest.raises(KnockonError, match="YZZ999W"):
        genotypes_from(rows["perturbations"], GENES)


def test_slices_and_chunks_are_read_like_the_whole():
    rows = screen(300, 25, seed=4)
    names = tuple(sorted({part["gene"] for strain in rows["perturbations"].to_pylist() for part in strain}))
    whole = genotypes_from(rows["perturbations"], names)
    chunked = pa.concat_tables([rows[:100], rows[100:]])
    np.testing.assert_array_equal(genotypes_from(chunked["perturbations"], names).indices, whole.indices)
    part = genotypes_from(rows.slice(100, 50)["perturbations"], names)
    np.testing.assert_array_equal(part.matrix().toarray(), whole.take(np.arange(100, 150)).matrix().toarray())


def test_no_strains():
    empty = Genotypes(GENES, np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int32))
    assert empty.matrix().shape == (0, 4)
    assert len(empty.pairs()) == 0
