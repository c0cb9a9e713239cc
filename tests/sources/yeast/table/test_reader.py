"""A plain table becomes measurements or profiles, right or not at all."""

import math
from pathlib import Path

import pytest
from openpyxl import Workbook

from knockon.errors import FormatError
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA, not_measured
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.sources.yeast.table.reader import read_profile_table, read_table, stream_table

FITNESS = {"phenotype": "fitness", "unit": "ratio", "genes": ["gene"], "value": "growth"}
LONG = """gene,partner,growth,se,reps,degrees,medium
YAL001C,YAL003W,0.93,0.04,4,30,SC
YAL002W,,0.80,,,37 °C,
"""
LONG_SETTINGS = {
    **FITNESS,
    "genes": ["gene", "partner"],
    "error": "se",
    "error_is": "standard_error",
    "n": "reps",
    "temperature": "degrees",
    "medium": "medium",
}


def write(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def reasons(result):
    return {row["line"]: row["reason"] for row in result.rejects.to_pylist()}


def test_a_long_table_gives_a_measurement_a_row(tmp_path):
    table = read_table(write(tmp_path, LONG), **LONG_SETTINGS).table
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    pair, single = table.to_pylist()
    assert (pair["line"], pair["gene_a"], pair["gene_b"], pair["gene_c"]) == (2, "YAL001C", "YAL003W", None)
    assert (pair["kind_a"], pair["kind_b"], pair["kind_c"]) == ("deletion", "deletion", None)
    assert (pair["value"], pair["n"], pair["temperature"], pair["media"]) == (0.93, 4, 30.0, "SC")
    # The graph divides by √n: a standard error must come out as it went in.
    assert pair["standard_deviation"] / math.sqrt(pair["n"]) == pytest.approx(0.04)
    assert (single["gene_a"], single["gene_b"], single["temperature"], single["media"]) == ("YAL002W", None, 37.0, None)
    assert single["standard_deviation"] is single["n"] is None


def test_three_genes_of_one_cell_are_query_second_and_array(tmp_path):
    path = write(
        tmp_path, "strain;tau\nYAL001C + YAL002W+YAL003W;-0.2\nA1+A2+A3+A4;0\nYAL001C+YAL001C;0.1\nYAL001C;0\n"
    )
    result = read_table(path, phenotype="interaction", unit="ratio", genes="strain", separator="+", value="tau")
    (row,) = result.table.to_pylist()
    assert (row["gene_a"], row["gene_c"], row["gene_b"]) == ("YAL001C", "YAL002W", "YAL003W")
    assert reasons(result) == {3: "more than three genes", 4: "a gene with itself", 5: "interaction needs two genes"}


def test_alleles_stand_beside_their_genes(tmp_path):
    path = write(tmp_path, "g1\ta1\tg2\ta2\tgrowth\nYAL001C\ttfc3-1\tYAL002W\t\t0.5\n\t\tYAL003W\tefb1-2\t0.6\n")
    settings = {**FITNESS, "genes": ["g1", "g2"], "alleles": ["a1", "a2"], "kind": "ts"}
    rows = read_table(path, **settings).table.select(["gene_a", "allele_a", "kind_a", "gene_b", "allele_b"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("YAL001C", "tfc3-1", "ts", "YAL002W", ""),
        ("YAL003W", "efb1-2", "ts", None, None),
    ]


def test_what_is_no_measurement_is_rejected_with_its_line(tmp_path):
    lines = ["YAL001C,0.9", "YAL002W,", "WT,1.0", "YAL003W,many", ",0.9", "2026-10-01,0.7", "1-Oct,0.7", "YAL001C,0.9",
             "YAL004W,7", "YAL005C,0.9,1", "YAL006W,0.8"]  # fmt: skip
    result = read_table(write(tmp_path, "gene,growth\n" + "\n".join(lines) + "\n"), **FITNESS)
    assert result.table["gene_a"].to_pylist() == ["YAL001C", "YAL006W"]
    date = "a date where a gene is due: a spreadsheet made it of MAR1, OCT1 or SEP7"
    assert reasons(result) == {
        3: "no value",
        4: "the wild type, to which the values are relative: no perturbed gene",
        5: "value is not a number",
        6: "no gene",
        7: date,
        8: date,
        9: "a row that came before, word for word",
        10: "outside -0.5 to 3, where fitness in the unit ratio lies",
        11: "3 columns instead of 2",
    }


def test_replicates_of_one_value_are_kept_where_something_tells_them_apart(tmp_path):
    path = write(tmp_path, "gene,plate,growth\nYAL001C,1,0.9\nYAL001C,2,0.9\nYAL001C,2,0.9\n")
    result = read_table(path, **FITNESS)
    assert result.table["line"].to_pylist() == [2, 3]
    assert list(reasons(result)) == [4]


def test_duplicates_are_found_across_blocks(tmp_path):
    rows = [f"YAL{number:03d}C,0.9{number % 10}" for number in range(1, 200)]
    path = write(tmp_path, "gene,growth\n" + "\n".join([*rows, rows[0]]) + "\n")
    blocks = list(stream_table(path, block_bytes=300, **FITNESS))
    assert len(blocks) > 3
    assert sum(len(block.table) for block in blocks) == 199
    assert [row["line"] for block in blocks for row in block.rejects.to_pylist()] == [201]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("gene;growth\nYAL001C;0,93\nYAL002W;1\n", {"decimal": ","}),
        ("gene,growth\nYAL001C,93%\nYAL002W,100 %\n", {"unit": "percent"}),
        ('gene,growth\nYAL001C,"0,93"\nYAL002W,"1,0"\n', {"decimal": ","}),
    ],
)
def test_numbers_as_people_write_them(tmp_path, text, marks):
    path = write(tmp_path, text)
    assert read_table(path, **FITNESS | marks).table["value"].to_pylist() == [0.93, 1.0]


def test_a_comma_in_the_numbers_is_asked_about(tmp_path):
    path = write(tmp_path, "gene;growth\nYAL001C;0,93\nYAL002W;100,5\n")
    with pytest.raises(
        FormatError, match=r"commas?, such as '0,93'\. If it is the decimal mark, write `decimal: \",\"`"
    ):
        read_table(path, **FITNESS)
    point = write(tmp_path, "gene;growth\nYAL001C;0.93\n", "point.csv")
    with pytest.raises(FormatError, match=r"a point, such as '0\.93'"):
        read_table(point, **FITNESS, decimal=",")


def test_marks_between_thousands(tmp_path):
    text = "gene;size\nYAL001C;1.234,5\nYAL002W;987,0\nYAL003W;12.34\nYAL004W;1.000\n"
    settings = {
        **FITNESS,
        "value": "size",
        "unit": "growth_rate",
        "wild_type": 1000.0,
        "decimal": ",",
        "thousands": ".",
    }
    result = read_table(write(tmp_path, text), **settings)
    assert result.table["value"].to_pylist() == [1.2345, 0.987, 1.0]
    assert reasons(result) == {4: "value is not a number"}


MATRIX = """Table S3. Interactions
\tname\tYAL001C\tYAL002W\tYAL003W
YAL001C\tTFC3\t\t-0.10\tbad
YAL002W\tVPS8\t-0.10\t0\t
YAL003W\tEFB1\t0.3\t-0.4\t
"""
MATRIX_SETTINGS = {"phenotype": "interaction", "unit": "ratio", "genes": "column 1", "headers": "gene"}


def test_a_matrix_with_labels_beside_the_numbers(tmp_path):
    """A second column of labels is never taken for numbers or genes; a value on both sides of the diagonal is one."""
    path = write(tmp_path, MATRIX, "matrix.txt")
    with pytest.raises(FormatError, match=r"'name' holds words and no number, such as 'TFC3'.*ignore: \[name\]"):
        read_table(path, **MATRIX_SETTINGS)
    result = read_table(path, **MATRIX_SETTINGS, ignore=["name"])
    rows = result.table.select(["line", "gene_a", "gene_b", "value"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (3, "YAL001C", "YAL002W", -0.1),
        (5, "YAL003W", "YAL001C", 0.3),
        (5, "YAL003W", "YAL002W", -0.4),
    ]
    assert reasons(result) == {3: "value is not a number", 4: "a gene with itself"}
    assert not_measured(result.table) == 3


def test_headers_may_be_temperatures_or_media(tmp_path):
    path = write(tmp_path, "gene,26,37 °C\nYAL001C,0.9,0.1\nYAL002W,,0.8\n")
    settings = {"phenotype": "fitness", "unit": "ratio", "genes": "gene"}
    table = read_table(path, **settings, headers="temperature").table
    assert table.select(["gene_a", "temperature", "value"]).to_pydict() == {
        "gene_a": ["YAL001C", "YAL001C", "YAL002W"],
        "temperature": [26.0, 37.0, 37.0],
        "value": [0.9, 0.1, 0.8],
    }
    media = write(tmp_path, "gene,SC,YPD\nYAL001C,0.9,0.8\n", "media.csv")
    assert read_table(media, **settings, headers="medium").table["media"].to_pylist() == ["SC", "YPD"]
    with pytest.raises(FormatError, match=r"medium stands in the headers and in a column"):
        read_table(media, **settings, headers="medium", medium="SC")
    assert reasons(read_table(media, **settings, headers="temperature")) == {2: "the header is no temperature in °C"}


def test_profiles_with_strains_in_the_headers(tmp_path):
    path = write(tmp_path, "target,YAL001C,YAL002W_YAL003W,wt\nYAL005C,-1,2,0\nYAL007C,0.5,,-1\n")
    result = read_profile_table(
        path, phenotype="expression", unit="log2", component="target", headers="gene", separator="_"
    )
    assert result.table.schema.equals(PROFILE_SCHEMA)
    rows = [(row["genes"], row["component"], row["value"]) for row in result.table.to_pylist()]
    assert rows == [
        (["YAL001C"], "YAL005C", -1.0),
        (["YAL002W", "YAL003W"], "YAL005C", 2.0),
        ([], "YAL005C", 0.0),
        (["YAL001C"], "YAL007C", 0.5),
        ([], "YAL007C", -1.0),
    ]


def test_profiles_with_components_in_the_headers_or_in_a_column(tmp_path):
    wide = write(tmp_path, "orf,gene,alanine,serine\nYAL001C,TFC3,-1.5,2\nYAL002W,VPS8,0.5,NA\n", "wide.csv")
    long = write(tmp_path, "orf\tacid\tz\nYAL001C\talanine\t-1.5\nYAL001C\tserine\t2\nYAL002W\talanine\t.5\n", "l.tsv")
    settings = {"phenotype": "metabolome", "unit": "z_score", "genes": "orf"}
    first = read_profile_table(wide, **settings, headers="component", ignore="gene").table
    second = read_profile_table(long, **settings, component="acid", value="z").table
    names = ["strain", "genes", "component", "value", "unit"]
    assert first.select(names).to_pylist() == second.select(names).to_pylist()
    again = write(tmp_path, "orf\tacid\tz\nYAL001C\tserine\t1\nYAL001C\tserine\t2\n", "again.tsv")
    result = read_profile_table(again, **settings, component="acid", value="z")
    assert reasons(result) == {3: "a component that came before for the strain"}


def test_doubling_times_become_growth_or_fitness_where_the_wild_type_is_known(tmp_path):
    path = write(tmp_path, "gene,minutes\nYAL001C,180\nYAL002W,90\n")
    stated = {"genes": "gene", "value": "minutes", "unit": "doubling_time", "wild_type": 90.0}
    assert read_table(path, phenotype="fitness", **stated).table["value"].to_pylist() == [0.5, 1.0]
    growth = read_profile_table(path, phenotype="growth", **stated).table
    assert growth["value"].to_pylist() == [1.0, 0.0]
    assert set(growth["component"].to_pylist()) == {"doubling time"}


def test_a_workbook_with_a_second_sheet_asks_which(tmp_path):
    book = Workbook()
    book.active.title = "notes"
    book.active["A1"] = "made on a Tuesday"
    sheet = book.create_sheet("data")
    for row in (
        ["Growth of my strains"],
        [],
        ["gene", "growth", "comment"],
        ["YAL001C", 0.93, None],
        ["YAL002W", 1, "x"],
    ):
        sheet.append(row)
    book.create_sheet("empty")
    path = tmp_path / "mine.xlsx"
    book.save(path)
    with pytest.raises(FormatError, match=r"has 2 sheets, notes, data: say which, `sheet: notes`"):
        read_table(path, **FITNESS)
    with pytest.raises(FormatError, match=r"has no sheet 'dat' that holds anything; did you mean data"):
        read_table(path, **FITNESS, sheet="dat")
    table = read_table(path, **FITNESS, sheet="data").table
    assert table.select(["line", "gene_a", "value"]).to_pydict() == {
        "line": [4, 5],
        "gene_a": ["YAL001C", "YAL002W"],
        "value": [0.93, 1.0],
    }


def test_a_sheet_where_excel_made_a_date_of_a_gene(tmp_path):
    from datetime import date

    book = Workbook()
    for row in (["gene", "growth"], ["YAL001C", 0.9], [date(2026, 10, 1), 0.8]):
        book.active.append(row)
    book.save(tmp_path / "excel.xlsx")
    result = read_table(tmp_path / "excel.xlsx", **FITNESS)
    assert list(reasons(result)) == [3]
    assert "OCT1" in reasons(result)[3]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"value": "fitness"},
            r"has no column 'fitness'; .*Line 1 was taken for its header; its columns are gene, growth",
        ),
        ({"value": None}, "state either `value`.*or `headers`"),
        ({"phenotype": "fitnes"}, "did you mean fitness"),
        ({"unit": "minutes"}, "unit is 'minutes'; fitness is read in ratio, percent, log2"),
        ({"unit": "doubling_time"}, "needs wild_type"),
        ({"wild_type": 90.0}, "relative to it already"),
        ({"genes": None}, "a table needs genes stated: `knockon sources read table mine.csv` guesses"),
        ({"error": "growth"}, "state error and error_is together"),
        ({"genes": "growth"}, "'growth' is named twice"),
        ({"colour": "red"}, "no setting colour; the settings are phenotype, unit"),
        ({"sheet": "1"}, "sheet is for a spreadsheet"),
        ({"kind": "knockout"}, "kind is 'knockout'"),
    ],
)
def test_settings_that_do_not_fit_are_told(tmp_path, settings, message):
    path = write(tmp_path, "gene,growth\nYAL001C,0.9\n")
    with pytest.raises(FormatError, match=message) as told:
        read_table(path, **FITNESS | settings)
    assert "mine.csv" in str(told.value)


def test_a_table_written_by_r_lacks_the_name_of_its_first_column(tmp_path):
    path = write(tmp_path, '"growth" "sd"\n'.replace(" ", "\t") + '"YAL001C"\t0.9\t0.1\n"YAL002W"\t0.8\t0.1\n')
    table = read_table(path, **FITNESS | {"genes": "column 1"}).table
    assert table["gene_a"].to_pylist() == ["YAL001C", "YAL002W"]
    assert table["value"].to_pylist() == [0.9, 0.8]


def test_a_comma_too_many_does_not_shift_the_columns(tmp_path):
    path = write(tmp_path, "gene,growth\nYAL001C,0.9,\nYAL002W,0.8,\n")
    result = read_table(path, **FITNESS)
    assert not len(result.table)
    assert set(reasons(result).values()) == {"3 columns instead of 2"}
