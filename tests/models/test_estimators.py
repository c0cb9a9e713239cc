import zipfile

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from knockon.errors import FormatError, KnockonError
from knockon.models.estimators import load_estimator, save_estimator

SPARSE = ("scipy.sparse._csr.csr_matrix",)


def _fitted():
    """A pipeline with every kind of array that skops writes, and its input."""
    rng = np.random.default_rng(0)
    x = sp.csr_matrix(rng.random((40, 5)) * (rng.random((40, 5)) < 0.5))
    return make_pipeline(StandardScaler(with_mean=False), SVR()).fit(x, rng.random(40)), x


def test_an_estimator_comes_back(tmp_path):
    pipeline, x = _fitted()
    save_estimator(tmp_path / "m", pipeline)
    assert np.array_equal(load_estimator(tmp_path / "m", SPARSE).predict(x), pipeline.predict(x))


def test_the_bytes_do_not_depend_on_where_the_estimator_lies_in_memory(tmp_path):
    """DVC would otherwise see a changed model after every training."""
    first, second = _fitted()[0], _fitted()[0]
    save_estimator(tmp_path / "first", first)
    save_estimator(tmp_path / "second", second)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_types_that_were_not_named_are_not_read(tmp_path):
    save_estimator(tmp_path / "m", _fitted()[0])
    with pytest.raises(KnockonError, match="csr_matrix"):
        load_estimator(tmp_path / "m")


def test_an_absent_file_says_how_to_make_it(tmp_path):
    with pytest.raises(KnockonError, match="dvc repro"):
        load_estimator(tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"half a file"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(FormatError, match="bad"):
        load_estimator(tmp_path / "bad")


def test_an_archive_without_a_schema_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr("other", "x")
    with pytest.raises(FormatError, match="not a readable model"):
        load_estimator(tmp_path / "m")
