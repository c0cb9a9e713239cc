#!/usr/bin/env bash
# pyarrow 26.0.1: the first array that is made from Python or numpy values imports pandas, where pandas is installed, although
# nothing of pandas goes in or comes out; so does reading a Parquet file. A program that only reads and writes Arrow pays for
# that import.
#
# Seen on 2026-11-29 (Python 3.11, pandas 3.1.1, numpy 2.4.6): after `import pyarrow` pandas is not loaded; after
# `pa.array([1])` it is, and so after `pa.table({"a": numpy.arange(3)})` and after `pq.read_table`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6
cd "$folder"
cat > seen.py <<'PYTHON'
import subprocess, sys
LOADED = "import sys; print('pandas' in sys.modules)"
CASES = {
    "import pyarrow": "import pyarrow",
    "pa.array([1])": "import pyarrow as pa; pa.array([1])",
    "pa.table of numpy": "import numpy, pyarrow as pa; pa.table({'a': numpy.arange(3)})",
    "pq.read_table": "import pyarrow.parquet as pq; pq.read_table('a.parquet')",
}
import pyarrow as pa, pyarrow.parquet as pq
pq.write_table(pa.table({"a": [1]}), "a.parquet")
seen = {}
for name, code in CASES.items():
    ended = subprocess.run([sys.executable, "-c", f"{code}; {LOADED}"], capture_output=True, text=True, check=True)
    seen[name] = ended.stdout.strip()
    print(f"{name:20} pandas loaded: {seen[name]}")
sys.exit(list(seen.values()) != ["False", "True", "True", "True"])
PYTHON
"$folder/venv/bin/python" seen.py
