"""Libraries that others would import for us, and that a process of ours does without."""

import subprocess
import sys

import pytest

from knockon.hiding import hidden

PANDAS = """
import sys
from knockon.hiding import without_pandas
without_pandas()
import pyarrow as pa
pa.array([1, None, 3])
assert "pandas" not in sys.modules, "pyarrow has imported pandas"
import pandas
assert pa.table({"a": [1]}).to_pandas()["a"].tolist() == [1]
without_pandas()
print(pandas.__name__, len([finder for finder in sys.meta_path if type(finder).__name__ == "_Hidden"]))
"""

LIGHTGBM = """
import sys
from knockon.hiding import lean_lightgbm
lean_lightgbm()
assert not {"pandas", "sklearn", "matplotlib"} & set(sys.modules)
import lightgbm
import numpy as np
table = np.arange(400.0)[:, None]
data = lightgbm.Dataset(table, table[:, 0] > 200, params={"verbose": -1})
trees = lightgbm.train({"verbose": -1, "num_threads": 1, "objective": "binary"}, data, 20)
lightgbm.Booster(model_str=trees.model_to_string()).predict(table)
assert (trees.predict(table)[:100] < 0.5).all() and (trees.predict(table)[-100:] > 0.5).all()
import sklearn
print(sklearn.__name__)
"""


@pytest.mark.parametrize(("code", "said"), [(PANDAS, ["pandas", "0"]), (LIGHTGBM, ["sklearn"])])
def test_a_library_does_without_and_others_may_import_it(code, said):
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.split() == said


def test_what_is_named_is_hidden_in_the_block_alone():
    with hidden("colorsys"):
        sys.modules.pop("colorsys", None)
        with pytest.raises(ModuleNotFoundError):
            import colorsys
    import colorsys

    assert colorsys.__name__ == "colorsys"
