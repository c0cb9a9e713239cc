#!/usr/bin/env bash
# ladybug 0.22.0: COPY of a Parquet file or of an Arrow table into a node table goes by the position of columns. Their names are not
# compared with the table's: columns of one type in another order fill each other's properties, without a word. A cast that fails
# is the only sign, and only where the types differ.
#
# Seen on 2026-11-30 (Python 3.11): a file of name, error, fitness gives strain a the fitness 0.01 and the error 0.9.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check ladybug==0.22.0 pyarrow==26.0.1
"$python" - "$folder" <<'PYTHON'
import sys
from pathlib import Path

import ladybug
import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(sys.argv[1])
strains = pa.table({"name": ["a"], "error": [0.01], "fitness": [0.9]})
pq.write_table(strains, folder / "strains.parquet")
connection = ladybug.Connection(ladybug.Database(str(folder / "database")))
found = {}
for source in ("a Parquet file", "an Arrow table"):
    connection.execute("CREATE NODE TABLE Strain(name STRING PRIMARY KEY, fitness DOUBLE, error DOUBLE)")
    if source == "an Arrow table":
        connection.execute("COPY Strain FROM $rows", {"rows": strains})
    else:
        connection.execute(f'COPY Strain FROM "{folder}/strains.parquet"')
    found[source] = connection.execute("MATCH (s:Strain) RETURN s.fitness, s.error").get_next()
    connection.execute("DROP TABLE Strain")
    print(f"{source} that says fitness 0.9 and error 0.01: fitness {found[source][0]}, error {found[source][1]}")
assert all(values == [0.01, 0.9] for values in found.values()), found
PYTHON
