"""One value a gene, out of files that name genes in their own way."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.wanted import one_a_gene, resolved, without_covariates
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.sgd_features import GENE_SCHEMA


def test_names_of_no_gene_are_rejected_as_they_were_written():
    columns = {"systematic_name": ["YA"], "standard_name": ["OCT1"], "aliases": [["OLD1"]], "sgd_id": ["S1"],
               "feature_type": ["ORF"], "description": [""]}  # fmt: skip
    genes = pa.table({field.name: columns.get(field.name, [None]) for field in GENE_SCHEMA}, schema=GENE_SCHEMA)
    rows = pa.table({"line": [2, 3, 4], "gene": ["OCT1", "MAR9", "old1"], "written": ["41548", "9-Mar", "old1"]})
    good, rejects = resolved("screen.csv", rows, GeneNames(genes), "written")
    assert good["gene"].to_pylist() == ["YA", "YA"]
    assert rejects.to_pylist() == [{"file": "screen.csv", "line": 3, "value": "9-Mar", "reason": "unknown gene name"}]


def test_several_strains_of_a_gene_are_their_mean_and_are_said():
    rows = pa.table({"line": [2, 3, 4, 5, 6], "gene": ["B", "A", "B", "C", "C"]})
    found, notes = one_a_gene("f", rows, np.array([1.0, 7, 2, 3, 9]), np.array([1.0, 0.5, 2, 0.1, 0.1]))
    assert found["gene"].to_pylist() == ["A", "B", "C"]
    assert found["value"].to_pylist() == pytest.approx([7, 1.2, 6])
    assert found["error"].to_pylist() == pytest.approx([0.5, np.sqrt(0.8), 0.1 / np.sqrt(2)])
    assert found["strains"].to_pylist() == [1, 2, 2]
    assert notes["reason"].to_pylist() == [
        *["2 strains of one gene differ by 1: their mean is taken"] * 2,
        *["2 strains of one gene disagree by 6: their mean is taken"] * 2,
    ]


def test_errors_that_are_unknown_stay_so():
    rows = pa.table({"line": [2, 3], "gene": ["A", "A"]})
    found, _ = one_a_gene("f", rows, np.array([1.0, 2.0]), np.array([1.0, np.nan]))
    assert found["value"].to_pylist() == [1.5]
    assert found["error"].to_pylist() == [None]


def test_covariates_leave_nothing_of_themselves():
    random = np.random.default_rng(0)
    size, effect = random.normal(size=(500, 2)), random.normal(size=500)
    size[::50, 0] = np.nan
    left = without_covariates(effect + 2 * np.nan_to_num(size[:, 0]) - size[:, 1] + 4, size)
    assert abs(np.corrcoef(left, np.nan_to_num(size[:, 0]))[0, 1]) < 0.02
    assert np.corrcoef(left, effect)[0, 1] > 0.99
    assert left.mean() == pytest.approx((effect + 2 * np.nan_to_num(size[:, 0]) - size[:, 1] + 4).mean())
