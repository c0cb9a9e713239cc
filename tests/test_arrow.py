"""pyarrow makes arrays without importing pandas, which others may import all the same."""

import subprocess
import sys

CODE = """
import sys
from knockon.arrow import without_pandas
without_pandas()
import pyarrow as pa
pa.array([1, None, 3])
assert "pandas" not in sys.modules, "pyarrow has imported pandas"
import pandas
assert pa.table({"a": [1]}).to_pandas()["a"].tolist() == [1]
without_pandas()
print(pandas.__name__, len([finder for finder in sys.meta_path if type(finder).__name__ == "_NoPandas"]))
"""


def test_arrays_are_made_without_pandas_and_others_may_import_it():
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.split() == ["pandas", "0"]
