"""Tables as people have them: what spreadsheets did to names, replicates that disagree, and rows that say nothing."""

import math

import pytest

from knockon.errors import FormatError
from knockon.serving.design.strain_table import read_strain_table
from tests.serving.design.planted import ESSENTIAL, GENES, genome


def read(tmp_path, text, name="table.csv", **options):
    (tmp_path / name).write_text(text)
    return read_strain_table(tmp_path / name, genome(), **{"fewest": 1, **options})


def test_genes_in_one_cell_and_names_with_a_comma(tmp_path):
    found = read(
        tmp_path,
        f'strain,value,error\nTYR1+ARO4,1.5,0.1\n"{GENES[6]},{GENES[7]}",2,\n"ADE5,7",3,0.2\n'
        '"ade5,7Δ; tyr1Δ",4,\nWT,0.5,\n',
    )
    assert found.strains == ((), (GENES[1],), (GENES[1], GENES[2]), (GENES[2], GENES[3]), (GENES[6], GENES[7]))
    assert found.values == (0.5, 3.0, 4.0, 1.5, 2.0)
    assert found.errors[3] == 0.1
    assert math.isnan(found.errors[4])
    assert found.rejects.num_rows == 0


@pytest.mark.parametrize("cell", ["41548", "1-Oct", "Oct-01", "2013-10-01", "01-Oct", "41548.0"])
def test_what_a_spreadsheet_made_of_a_gene_is_turned_back_and_said(tmp_path, cell):
    found = read(tmp_path, f"gene,value\n{cell},1.5\n{GENES[3]},2\n")
    assert found.strains == ((GENES[0],), (GENES[3],))
    assert found.values == (1.5, 2.0)
    assert found.notes == (f"table.csv: {cell} is what a spreadsheet made of OCT1; read as OCT1",)


def test_a_date_that_is_no_gene_is_rejected_with_its_line(tmp_path):
    found = read(tmp_path, f"gene,value\n3-Mar,1.5\n{GENES[3]},2\n0,9\n")
    assert found.strains == ((GENES[3],),)
    rows = found.rejects.to_pylist()
    assert [(row["line"], row["value"]) for row in rows] == [(2, "3-Mar"), (4, "0")]
    assert "spreadsheet turned into a date" in rows[0]["reason"]
    assert rows[1]["reason"] == "names no gene"


def test_strains_that_disagree_are_averaged_and_said(tmp_path):
    found = read(tmp_path, f"gene,value,error\nTYR1,1,0.1\ntyr1,3,0.1\nARO4,1,0.1\n{GENES[3]},1.1,0.2\n")
    assert found.notes == ("table.csv: TYR1Δ stands 2 times and disagrees: 1 (line 2), 3 (line 3); averaged",)
    assert found.strains == ((GENES[2],), (GENES[3],))
    assert found.values[0] == pytest.approx(2.0)
    assert found.errors[0] == pytest.approx(1.0), "as far apart as they are, not as their errors say"
    assert found.values[1] == pytest.approx((1 / 0.01 + 1.1 / 0.04) / (1 / 0.01 + 1 / 0.04))


def test_without_errors_strains_disagree_that_are_further_apart_than_the_table_is_wide(tmp_path):
    rows = "".join(f"{gene},{place % 3}\n" for place, gene in enumerate(GENES[6:20]))
    found = read(tmp_path, f"gene,value\nTYR1,0\nTYR1,5\nARO4,1\nARO4,1.2\n{rows}")
    assert [note for note in found.notes if "disagrees" in note] == [
        "table.csv: TYR1Δ stands 2 times and disagrees: 0 (line 2), 5 (line 3); averaged"
    ]


def test_blanks_essential_genes_and_mistakes_are_said_and_nothing_else_is_lost(tmp_path):
    found = read(
        tmp_path,
        f"gene,value,error\nTYR1,,\n{ESSENTIAL},2,0.1\nTYR7,1,0.1\nARO4,many,0.1\n{GENES[6]},1,-2\n{GENES[7]},1,0.1\nTYR1;TYR1,3,\n",
    )
    assert found.strains == ((ESSENTIAL,), (GENES[7],))
    assert "table.csv: 1 rows have no value: not measured" in found.notes
    assert any("essential; what was measured is used, no design deletes it" in note for note in found.notes)
    reasons = {row["line"]: row["reason"] for row in found.rejects.to_pylist()}
    assert reasons == {
        4: "gene 'TYR7' is unknown; did you mean TYR1?",
        5: "'many' is no number",
        6: "a standard error of -2.0",
        8: "names a gene twice",
    }


def test_decimal_commas_covariates_and_a_header_below_a_title(tmp_path):
    text = "my screen\ngene;value;colony size\nTYR1;1,5;0,9\nARO4;2,5;\n"
    found = read(tmp_path, text, covariates=("colony size",))
    assert found.values == (1.5, 2.5)
    assert found.covariates["colony size"][0] == 0.9
    assert math.isnan(found.covariates["colony size"][1])


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("gene,value\nTYR1,1\n", {"fewest": 12}, "1 strains can be used, and 12 are the fewest that teach"),
        ("gene,value\nTYR9,1\n", {}, r"0 strains can be used.*line 2: gene 'TYR9' is unknown"),
        ("orf,value\nTYR1,1\n", {}, "has no column of genes: name one knockouts or strain or gene"),
        ("gene,amount\nTYR1,1\n", {}, "has no column of values: name one value"),
        ("gene,value\nTYR1,1\n", {"covariates": ("size",)}, "has no column 'size'"),
        ("", {}, "is empty"),
    ],
)
def test_a_table_that_can_not_be_used_is_told(tmp_path, text, options, said):
    with pytest.raises(FormatError, match=said):
        read(tmp_path, text, **options)


def test_the_digest_is_of_what_was_read(tmp_path):
    first = read(tmp_path, "gene,value\nTYR1,1\nARO4,2\n")
    same = read(tmp_path, f"gene,value,remark\n{GENES[3]},2,x\ntyr1,1.0,y\n", "other.csv")
    other = read(tmp_path, "gene,value\nTYR1,1\nARO4,2.5\n")
    assert first.digest == same.digest != other.digest
