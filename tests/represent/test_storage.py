import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp

from knockon.errors import FormatError, KnockonError
from knockon.represent.representation import Representation
from knockon.represent.storage import read_representation, write_representation

DENSE = Representation("codons", ("A", "B"), np.array([[0.1, 0.2, 0.3], [1, 2, 3]], dtype=np.float32), {"é": "2"})
SPARSE = Representation(
    "places", ("A", "B", "C"), sp.csr_matrix(np.array([[0, 2.5, 0], [0, 0, 0], [1, 0, 3]], dtype=np.float32))
)


def test_a_dense_representation_comes_back_as_it_was(tmp_path):
    write_representation(tmp_path / "r.parquet", DENSE)
    back = read_representation(tmp_path / "r.parquet")
    assert (back.name, back.names, back.provenance) == (DENSE.name, DENSE.names, DENSE.provenance)
    assert back.matrix.dtype == np.float32
    assert np.array_equal(back.matrix, DENSE.matrix)


def test_a_sparse_representation_stays_sparse(tmp_path):
    write_representation(tmp_path / "r.parquet", SPARSE)
    back = read_representation(tmp_path / "r.parquet").matrix
    assert sp.issparse(back)
    assert back.dtype == np.float32
    assert np.array_equal(back.toarray(), SPARSE.matrix.toarray())


@pytest.mark.parametrize("representation", [DENSE, SPARSE])
def test_equal_content_gives_equal_bytes(tmp_path, representation):
    """DVC compares bytes: a rebuilt representation must not look changed."""
    for name in ("first", "second"):
        write_representation(tmp_path / name, representation)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_the_order_of_indices_within_a_sparse_row_does_not_change_the_bytes(tmp_path):
    shuffled = sp.csr_matrix((np.float32([3, 1, 2.5]), [2, 0, 1], [0, 0, 0, 3]), shape=(3, 3))
    ordered = sp.csr_matrix((np.float32([1, 2.5, 3]), [0, 1, 2], [0, 0, 0, 3]), shape=(3, 3))
    for name, matrix in (("first", shuffled), ("second", ordered)):
        write_representation(tmp_path / name, Representation("r", ("A", "B", "C"), matrix))
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_an_absent_file_says_how_to_make_it(tmp_path):
    with pytest.raises(KnockonError, match="dvc repro"):
        read_representation(tmp_path / "none.parquet")


def test_a_truncated_file_is_refused(tmp_path):
    write_representation(tmp_path / "r.parquet", DENSE)
    (tmp_path / "r.parquet").write_bytes((tmp_path / "r.parquet").read_bytes()[:100])
    with pytest.raises(FormatError, match=r"r\.parquet"):
        read_representation(tmp_path / "r.parquet")


def test_another_parquet_file_is_refused(tmp_path):
    pq.write_table(pa.table({"gene": ["A"]}), tmp_path / "other.parquet")
    with pytest.raises(FormatError, match=r"its type is not stated, not knockon\.representation"):
        read_representation(tmp_path / "other.parquet")


def test_a_newer_version_is_refused(tmp_path):
    write_representation(tmp_path / "r.parquet", DENSE)
    table = pq.read_table(tmp_path / "r.parquet")
    newer = {**table.schema.metadata, b"version": b"99"}
    pq.write_table(table.replace_schema_metadata(newer), tmp_path / "r.parquet")
    with pytest.raises(KnockonError, match="version 99"):
        read_representation(tmp_path / "r.parquet")
