"""h5ad as anndata writes it: every encoding gives the same, columns come along, a damaged file is one message."""

import shutil

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from knockon.errors import FormatError
from knockon.sources.cellstate.h5ad import read_h5ad
from tests.sources.cellstate.made_up import levels

pytestmark = [
    pytest.mark.filterwarnings("ignore:Variable names are not unique"),
    pytest.mark.filterwarnings("ignore:Element .* was written without encoding metadata"),
]

VALUES = levels(3, 12)
SAMPLES = ["s0", "s1", "s2"]
GENES = ["TP53", "TP53", *[f"G{place}" for place in range(10)]]
MATRICES = {
    "dense": VALUES,
    "whole numbers": VALUES.astype(np.int64),
    "CSR": sp.csr_matrix(VALUES),
    "CSC": sp.csc_matrix(VALUES),
}


@pytest.fixture(scope="module", autouse=True)
def nullable_texts():
    with anndata.settings.override(allow_write_nullable_strings=True):
        yield


def written(path, matrix=VALUES, obs=None, **parts):
    """A file of anndata's; obs: columns of the samples."""
    frames = [pd.DataFrame(columns, index=names) for columns, names in ((obs, SAMPLES), (None, GENES))]
    data = anndata.AnnData(matrix, *frames, **parts)
    data.write_h5ad(path, convert_strings_to_categoricals=False, compression="gzip")
    return path


class TestSound:
    @pytest.mark.parametrize("kind", MATRICES)
    def test_every_matrix_gives_the_same(self, tmp_path, kind):
        found = read_h5ad(written(tmp_path / "a.h5ad", MATRICES[kind]))
        np.testing.assert_array_equal(found.values, VALUES)
        assert (found.samples, found.genes, found.scale.name) == (tuple(SAMPLES), tuple(GENES), "counts")

    def test_columns_of_every_type_can_be_groups(self, tmp_path):
        obs = {
            "kind": pd.Categorical(["liver", None, "liver"]),
            "batch": [1, 1, 2],
            "text": pd.array(["a", None, "b"], dtype="string"),
            "known": pd.array([True, None, False], dtype="boolean"),
        }
        assert read_h5ad(written(tmp_path / "a.h5ad", obs=obs)).annotations == {
            "kind": ("liver", "", "liver"),
            "batch": ("1", "1", "2"),
            "text": ("a", "", "b"),
            "known": ("True", "", "False"),
        }

    def test_names_of_the_newer_string_type_are_names(self, tmp_path):
        data = anndata.AnnData(VALUES, *(pd.DataFrame(index=pd.Index(n, dtype="string")) for n in (SAMPLES, GENES)))
        data.write_h5ad(tmp_path / "a.h5ad")
        assert read_h5ad(tmp_path / "a.h5ad").genes == tuple(GENES)

    def test_a_file_of_anndata_0_7_is_read(self, tmp_path):
        text = h5py.string_dtype()
        with h5py.File(tmp_path / "a.h5ad", "w") as file:
            file["X"] = VALUES
            for frame, names, columns in (("obs", SAMPLES, ["kind"]), ("var", GENES, [])):
                group = file.create_group(frame)
                group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.1.0", "_index": "_index"})
                group.attrs.create("column-order", columns, dtype=text)
                group.create_dataset("_index", data=names, dtype=text)
            kinds = file["obs"].create_group("__categories").create_dataset("kind", data=["a", "b"], dtype=text)
            file["obs/kind"] = np.array([1, 0, -1], dtype=np.int8)
            file["obs/kind"].attrs["categories"] = kinds.ref
        found = read_h5ad(tmp_path / "a.h5ad")
        np.testing.assert_array_equal(found.values, VALUES)
        assert found.annotations == {"kind": ("b", "a", "")}

    def test_a_layer_that_is_not_there_is_named_with_those_that_are(self, tmp_path):
        path = written(tmp_path / "a.h5ad", layers={"raw": VALUES + 1})
        np.testing.assert_array_equal(read_h5ad(path, layer="raw").values, VALUES + 1)
        with pytest.raises(FormatError, match="has no layers/tpm: name a layer; it has raw"):
            read_h5ad(path, layer="tpm")

    def test_noted_natural_logarithms_are_put_to_base_2(self, tmp_path):
        path = written(tmp_path / "a.h5ad", np.log1p(VALUES / 100), uns={"log1p": {"base": None}})
        found = read_h5ad(path)
        np.testing.assert_allclose(found.values, np.log2(VALUES / 100 + 1), rtol=1e-5)
        assert "natural logarithms" in found.scale.known
        assert read_h5ad(path, scale="log2").scale.known == "stated"
        other = written(tmp_path / "b.h5ad", np.log2(VALUES / 100 + 1), uns={"log1p": {"base": 2}})
        np.testing.assert_allclose(read_h5ad(other).values, found.values, rtol=1e-5)


DAMAGES = {
    "its X can't be read": lambda file: file.__delitem__("X/indptr"),
    "its X is damaged: indices must be < 12": lambda file: file["X/indices"].__setitem__(0, 999),
    r"a matrix of \(3, 13\) with names of 3 samples and 12 genes": lambda file: file["X"].attrs.update(shape=[3, 13]),
    "its X can't be read .* of a newer anndata": lambda file: file["X"].attrs.update({"encoding-version": "9.9.9"}),
    "its obs can't be read": lambda file: file["obs/kind/codes"].__setitem__(0, 7),
    "has no var, the table of its names: it is no h5ad": lambda file: file.__delitem__("var"),
    "has no X: name a layer; it has none": lambda file: file.__delitem__("X"),
}


class TestRefused:
    @pytest.mark.parametrize("message", DAMAGES)
    def test_a_damaged_element_is_named(self, tmp_path, message):
        path = written(tmp_path / "a.h5ad", sp.csr_matrix(VALUES), {"kind": pd.Categorical(["a", "b", "a"])})
        with h5py.File(path, "r+") as file:
            DAMAGES[message](file)
        with pytest.raises(FormatError, match=message):
            read_h5ad(path)

    @pytest.mark.parametrize(
        ("matrix", "message"),
        [(np.full((3, 12), b"a", dtype="S1"), "its X holds .*, no numbers"), (None, "its X is no matrix")],
    )
    def test_what_is_no_matrix_of_numbers(self, tmp_path, matrix, message):
        path = written(tmp_path / "a.h5ad")
        with h5py.File(path, "r+") as file:
            del file["X"]
            if matrix is None:
                file.create_group("X/inner")
            else:
                file["X"] = matrix
        with pytest.raises(FormatError, match=message):
            read_h5ad(path)

    def test_a_file_before_0_7(self, tmp_path):
        with h5py.File(tmp_path / "a.h5ad", "w") as file:
            file["X"] = VALUES
            for frame, names in (("obs", SAMPLES), ("var", GENES)):
                file[frame] = np.array([(name.encode(),) for name in names], dtype=[("index", "S8")])
        with pytest.raises(FormatError, match="its obs is of anndata before"):
            read_h5ad(tmp_path / "a.h5ad")

    def test_another_file_and_half_a_file(self, tmp_path):
        whole = written(tmp_path / "a.h5ad")
        half = tmp_path / "half.h5ad"
        shutil.copy(whole, half)
        half.write_bytes(whole.read_bytes()[:5000])
        (tmp_path / "text.h5ad").write_bytes(b"text")
        for name in ("half.h5ad", "text.h5ad"):
            with pytest.raises(FormatError, match="not a readable HDF5"):
                read_h5ad(tmp_path / name)
        with pytest.raises(FormatError, match="no such file"):
            read_h5ad(tmp_path / "nothing.h5ad")
