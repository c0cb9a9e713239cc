import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from knockon.errors import FormatError, KnockonError
from knockon.models.storage import load_arrays, load_estimator, save_arrays, save_estimator


def test_arrays_and_settings_come_back(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array([1, 2], dtype=np.int32)}
    save_arrays(tmp_path / "m", "kind", arrays, {"genes": ["Y", "é"], "alpha": 0.1})
    back, settings = load_arrays(tmp_path / "m", "kind")
    assert settings == {"kind": "kind", "genes": ["Y", "é"], "alpha": 0.1}
    assert all(np.array_equal(back[name], arrays[name]) and back[name].dtype == arrays[name].dtype for name in arrays)


@pytest.mark.parametrize("load", [lambda path: load_arrays(path, "kind"), load_estimator])
def test_absent_and_damaged_files_are_named(tmp_path, load):
    with pytest.raises(KnockonError, match="dvc repro"):
        load(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{broken")
    with pytest.raises(FormatError, match="bad"):
        load(tmp_path / "bad")


def fitted_pipeline():
    """A pipeline with every kind of array that skops writes, and its input."""
    rng = np.random.default_rng(0)
    x = sp.csr_matrix(rng.random((40, 5)) * (rng.random((40, 5)) < 0.5))
    return make_pipeline(StandardScaler(with_mean=False), SVR()).fit(x, rng.random(40)), x


def test_the_bytes_of_an_estimator_do_not_depend_on_the_process(tmp_path):
    """DVC would otherwise see a changed model after every training."""
    code = (
        "import sys; from pathlib import Path; from models.test_storage import fitted_pipeline, save_estimator;"
        "save_estimator(Path(sys.argv[1]), fitted_pipeline()[0])"
    )
    tests = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PYTHONHASHSEED": "5", "PYTHONPATH": tests}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "other")], check=True, env=environment)
    save_estimator(tmp_path / "here", fitted_pipeline()[0])
    assert (tmp_path / "here").read_bytes() == (tmp_path / "other").read_bytes()


def test_an_estimator_comes_back(tmp_path):
    pipeline, x = fitted_pipeline()
    save_estimator(tmp_path / "m", pipeline)
    assert np.array_equal(
        load_estimator(tmp_path / "m", ("scipy.sparse._csr.csr_matrix",)).predict(x), pipeline.predict(x)
    )


def test_an_archive_without_a_schema_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr("other", "x")
    with pytest.raises(FormatError, match="not a readable model"):
        load_estimator(tmp_path / "m")
