import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.models.storage import load_arrays, save_arrays


def test_arrays_and_settings_come_back(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array([1, 2], dtype=np.int32)}
    save_arrays(tmp_path / "m", "kind", arrays, {"genes": ["Y", "é"], "alpha": 0.1})
    back, settings = load_arrays(tmp_path / "m", "kind")
    assert settings == {"kind": "kind", "genes": ["Y", "é"], "alpha": 0.1}
    assert all(np.array_equal(back[name], arrays[name]) and back[name].dtype == arrays[name].dtype for name in arrays)


def test_absent_and_damaged_files_are_named(tmp_path):
    with pytest.raises(KnockonError, match="dvc repro"):
        load_arrays(tmp_path / "none", "kind")
    (tmp_path / "bad").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{broken")
    with pytest.raises(FormatError, match="bad"):
        load_arrays(tmp_path / "bad", "kind")
