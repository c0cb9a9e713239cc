"""A laboratory's own table of strains and values."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import FormatError
from knockon.sources.design.own_phenotype import read_own_phenotype
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.sgd_features import GENE_SCHEMA

SYSTEMATIC = ["YAL001C", "YBR002W", "YKL134C", "YGR061C"]
STANDARD = ["TFC3", "RER2", "OCT1", "ADE5,7"]
KNOWN = [*SYSTEMATIC, *STANDARD]


def names():
    columns = {
        "systematic_name": SYSTEMATIC, "standard_name": STANDARD, "aliases": [[], [], [], []],
        "sgd_id": [f"S{place}" for place in range(4)], "feature_type": ["ORF"] * 4, "description": [""] * 4,
    }  # fmt: skip
    empty = {field.name: columns.get(field.name, [None] * 4) for field in GENE_SCHEMA}
    return GeneNames(pa.table(empty, schema=GENE_SCHEMA))


def read(tmp_path, text, name="own.csv", **options):
    path = tmp_path / name
    path.write_text(text)
    return read_own_phenotype(path, names(), KNOWN, **options)


def test_columns_are_found_and_every_fault_has_its_line(tmp_path):
    found = read(
        tmp_path,
        'Gene,Titre (mg/L),SEM,colony size\nTFC3,1.5,0.1,10\n1-Oct,2,0.2,\n41548,2.1,0.2,9\n"ADE5,7",3,0.1,8\n'
        "7,1,0.1,9\nRERR2,1,0.1,9\nrer2,x,0.1,9\nYAL001C,,0.1,9\nWT,1,0.1,9\nTFC3 + RER2,4,0.1,7\n",
    )
    assert found.columns == {
        "gene": ["Gene"], "value": ["Titre (mg/L)"], "error": ["SEM"], "covariates": ["colony size"],
    }  # fmt: skip
    assert found.strains == (("YAL001C",), ("YKL134C",), ("YKL134C",), ("YGR061C",), ("YAL001C", "YBR002W"))
    assert found.lines.tolist() == [2, 3, 4, 5, 11]
    assert found.values.tolist() == [1.5, 2, 2.1, 3, 4]
    assert np.isnan(found.covariates[1, 0])
    reasons = dict(zip(found.rejects["line"].to_pylist(), found.rejects["reason"].to_pylist(), strict=True))
    assert reasons[6].startswith("a number instead of a gene")
    assert reasons[7].startswith("unknown gene name RERR2; did you mean RER2")
    assert reasons[8] == "Titre (mg/L): not a number"
    assert reasons[9] == "no value"
    assert reasons[10].startswith("the wild type")


def test_strains_of_one_genotype_that_disagree_are_said(tmp_path):
    found = read(tmp_path, "strain;value;se\nTFC3;1;0.1\nYAL001C;5;0.1\nRER2;1;0.1\nRER2;1.1;0.1\n")
    assert found.notes == ["lines 2, 3: strains of YAL001C disagree (1, 5); their mean is taken"]


def test_columns_may_be_said(tmp_path):
    text = "orf\tname\tA\tB\nYAL001C\tTFC3\t1,5\t3\nYBR002W\tRER2\t2,5\t4\n"
    found = read(tmp_path, text, "own.tsv", value="A", covariates=["B"], decimal=",")
    assert found.values.tolist() == [1.5, 2.5]
    assert found.covariates.tolist() == [[3], [4]]
    assert np.isnan(found.errors).all()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("gene,a,b\nTFC3,1,2\n", {}, "line 1: which column holds the value"),
        ("x,value\nTFC3,1\n", {}, "which column holds the gene"),
        ("gene,value\nTFC3,1\n", {"value": "valu"}, "no column 'valu'; did you mean value"),
        ("gene,value\nABC1,1\n", {}, "no row can be used; line 2: unknown gene name ABC1"),
        ('gene,value\nTFC3,"1,5"\nRER2,"2,5"\n', {"decimal": "."}, "numbers are written with a comma"),
        ("gene\nTFC3\n", {}, "a single column"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path, text, options, message):
    with pytest.raises(FormatError, match=message):
        read(tmp_path, text, **options)


def test_a_decimal_comma_is_told_and_thousands_are_not_taken_for_one(tmp_path):
    found = read(tmp_path, "gene;value;se\nTFC3;1,5;0,25\nRER2;2;1\n")
    assert (found.values.tolist(), found.errors.tolist()) == ([1.5, 2], [0.25, 1])
    assert found.notes == ["numbers are written with a decimal comma"]
    with pytest.raises(FormatError, match=r"'1,500' may have a decimal comma, or be thousands: write numbers with a"):
        read(tmp_path, "gene;value\nTFC3;1,500\nRER2;2,250\n")


def test_a_negative_error_is_refused_with_its_line(tmp_path):
    found = read(tmp_path, "gene,value,se\nTFC3,1,-0.1\nRER2,2,0.1\n")
    assert found.strains == (("YBR002W",),)
    assert found.rejects.select(["line", "reason"]).to_pylist() == [{"line": 2, "reason": "se: a negative error"}]
