"""h5ad by its layout: dense and sparse give the same, text columns come along, another file is refused."""

import h5py
import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.h5ad import read_h5ad
from tests.sources.cellstate.made_up import h5ad, levels

VALUES = levels(3, 12)
GENES = ["TP53", "TP53", *[f"G{place}" for place in range(10)]]


@pytest.mark.parametrize("sparse", [None, "csr_matrix", "csc_matrix"])
def test_dense_and_sparse_give_the_same(tmp_path, sparse):
    found = read_h5ad(h5ad(tmp_path / "a.h5ad", VALUES, GENES, sparse))
    np.testing.assert_array_equal(found.values, VALUES)
    assert found.genes == tuple(GENES)
    assert found.annotations == {"kind": ("liver", "", ""), "_index": ("s0", "s1", "s2")}
    assert found.scale.name == "counts"


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path):
    path = h5ad(tmp_path / "a.h5ad", VALUES, GENES)
    with h5py.File(path, "r+") as file:
        file["layers/raw"] = VALUES + 1
        file["layers/raw"].attrs["encoding-type"] = "array"
    np.testing.assert_array_equal(read_h5ad(path, layer="raw").values, VALUES + 1)
    with pytest.raises(FormatError, match="has no layers/tpm; its layers are: raw"):
        read_h5ad(path, layer="tpm")


def test_another_file_is_refused(tmp_path):
    path = h5ad(tmp_path / "a.h5ad", VALUES, GENES[:5])
    with pytest.raises(FormatError, match="names of 3 samples and 5 genes"):
        read_h5ad(path)
    with h5py.File(path, "r+") as file:
        file["X"].attrs["encoding-type"] = "nullable-integer"
    with pytest.raises(FormatError, match="encoded as 'nullable-integer'"):
        read_h5ad(path)
    with h5py.File(path, "w") as file:
        file["X"] = VALUES
    with pytest.raises(FormatError, match="its encoding-type is None, not anndata"):
        read_h5ad(path)
    path.write_bytes(b"text")
    with pytest.raises(FormatError, match="not a readable HDF5"):
        read_h5ad(path)
