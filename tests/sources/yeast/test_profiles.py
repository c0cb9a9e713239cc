"""The long form of phenotypes of many values: nothing is filled in, nothing is lost."""

import numpy as np
import pyarrow as pa

from knockon.sources.yeast.profiles import PROFILE_SCHEMA, numbers, one_gene_each, profiles


def test_missing_components_have_no_row(tmp_path):
    rows = pa.table({"line": [2, 5], "a": ["1.5", "NA"], "b": ["x", "-2e1"]})
    values, rejects = numbers(tmp_path / "file.tsv", rows, ["a", "b"])
    assert np.array_equal(values, [[1.5, np.nan], [np.nan, -20.0]], equal_nan=True)
    assert [tuple(row.values()) for row in rejects.to_pylist()] == [("file.tsv", 2, "x", "b: not a number")]
    strains = pa.array(["s1", "s2"])
    components = pa.array(["a", "b"])
    lines = np.array([[2], [5]])
    table = profiles(lines, strains, one_gene_each(strains), components, values, "metabolome", "z-score")
    assert table.schema.equals(PROFILE_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        (2, "s1", ["s1"], "metabolome", "a", 1.5, "z-score"),
        (5, "s2", ["s2"], "metabolome", "b", -20.0, "z-score"),
    ]
