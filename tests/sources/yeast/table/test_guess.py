"""A table's layout is guessed for a person to confirm; what can't be told is asked, never chosen."""

import numpy as np
import pytest
from openpyxl import Workbook

from knockon.errors import FormatError
from knockon.sources.yeast.table.guess import guess
from knockon.sources.yeast.table.reader import read_profile_table, read_table


def write(folder, text, name="mine.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_tidy_table_is_guessed_whole(tmp_path):
    rows = "YAL001C,TFC3,0.93,0.02,3,30,SC\nYAL002W,VPS8,0.81,0.02,3,30,SC\nYAL005C,SSA1,0.75,0.02,4,37,SC\n"
    path = write(tmp_path, "My strains\nORF,Gene,Fitness,SEM,N,Temp (°C),Medium\n" + rows)
    found = guess(path, {})
    assert found.settings == {
        "genes": ["ORF"],
        "ignore": ["Gene"],
        "kind": "deletion",
        "n": "N",
        "temperature": "Temp (°C)",
        "medium": "Medium",
        "error": "SEM",
        "error_is": "standard_error",
        "value": "Fitness",
        "phenotype": "fitness",
        "unit": "ratio",
    }
    assert any("relative_doubling_time" in note for note in found.notes)
    assert len(read_table(path, **found.settings).table) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("strain;eps\nYAL001C+YAL002W;-0,1\nYAL001C+YAL003W;0,05\n",
         {"genes": ["strain"], "separator": "+", "decimal": ",", "phenotype": "interaction", "unit": "ratio"}),
        ("gene\tgrowth (%)\nTFC3\t93\nVPS8\t80\n", {"genes": ["gene"], "value": "growth (%)", "unit": "percent"}),
        ("gene,growth\nTFC3,93\nVPS8,80\n", {"phenotype": "fitness", "unit": "percent"}),
        ("gene,growth\nTFC3,-0.4\nVPS8,-1.5\nSSA1,-0.1\nEFB1,-.3\nSSA2,-.2\n", {"unit": "log2"}),
        ("a,b,s_score\nTFC3,VPS8,-4\nVPS8,SSA1,2\n", {"genes": ["a", "b"], "phenotype": "s_score", "unit": "score"}),
        ("gene,26,30C\nTFC3,0.9,0.8\nVPS8,0.4,0.7\n", {"headers": "temperature", "phenotype": "fitness"}),
    ],
)  # fmt: skip
def test_shapes_that_are_told_by_their_names_and_numbers(tmp_path, text, expected):
    path = write(tmp_path, text)
    found = guess(path, {}).settings
    assert {key: found.get(key) for key in expected} == expected
    assert len(read_table(path, **found).table)


def test_a_matrix_of_genes_leaves_labels_out(tmp_path):
    values = np.random.default_rng(2).normal(0, 0.08, (4, 4)).round(3)
    genes = ["YAL001C", "YAL002W", "YAL003W", "YAL005C"]
    lines = ["\t".join(["orf", "name", *genes])]
    lines += [
        "\t".join([gene, f"some words on {gene}", *map(str, row)]) for gene, row in zip(genes, values, strict=True)
    ]
    path = write(tmp_path, "\n".join(lines) + "\n", "matrix.tsv")
    found = guess(path, {"phenotype": "interaction"}).settings
    assert (found["headers"], found["genes"], found["ignore"]) == ("gene", ["orf"], ["name"])
    result = read_table(path, **found)
    assert len(result.table) == 12
    assert set(result.rejects["reason"].to_pylist()) == {"a gene with itself"}


def test_profiles_are_guessed_once_the_headers_are_stated(tmp_path):
    path = write(tmp_path, "orf,alanine,serine\nYAL001C,-1.5,2\nYAL002W,0.5,1\nYAL003W,-.5,0\n")
    with pytest.raises(FormatError, match=r"(?s)which column is value.*alanine, serine.*headers=gene, component"):
        guess(path, {})
    with pytest.raises(FormatError, match="which phenotype is it"):
        guess(path, {"headers": "component"})
    found = guess(path, {"headers": "component", "phenotype": "metabolome"}).settings
    assert found["unit"] == "z_score"
    assert len(read_profile_table(path, **found).table) == 6


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("gene,x,y\nTFC3,0.9,12\nVPS8,0.8,13\n", r"which column is value\? It may be x, y \(--option value=…\)"),
        ("gene,growth,fitness\nTFC3,0.9,.8\n", "which column is value.*growth, fitness"),
        ("gene,growth,err\nTFC3,0.9,.1\n", "is 'err' a standard deviation or a standard error"),
        ("a,b,x\nTFC3,VPS8,-0.1\nTFC3,SSA1,0.05\n", "which phenotype is it.*interaction"),
        ("gene;size\nTFC3;1,234\nVPS8;1,300\n", r"decimal mark \(--option decimal=,\) or does it part thousands"),
        ("gene,doubling time\nTFC3,93\nVPS8,120\n", "doubling times need the wild type's own"),
        ("gene,growth\nTFC3,9300\nVPS8,12000\n", "in which unit is fitness.*9300 to 12000 is unusual"),
        ("gene,note\nTFC3,good\n", "no column of numbers is left"),
        ("x,growth\n1,0.9\n", "a table needs genes stated"),
        ("YAL001C,0.9\nYAL002W,0.8\n", "line 1 holds YAL001C and 0.9: it looks like data"),
        ("gene\nYAL001C\n", "has a single column"),
    ],
)
def test_what_is_ambiguous_is_asked(tmp_path, text, question):
    path = write(tmp_path, text)
    with pytest.raises(FormatError, match=f"(?s){question}") as told:
        read_table(path, **guess(path, {}).settings)
    assert "mine.csv" in str(told.value)


def test_what_was_stated_is_kept(tmp_path):
    path = write(tmp_path, "gene,x,y\nTFC3,0.9,12\nVPS8,0.8,13\n")
    found = guess(path, {"value": "x", "phenotype": "fitness", "kind": "damp"}).settings
    assert (found["value"], found["kind"], found["unit"]) == ("x", "damp", "ratio")


def test_of_two_sheets_the_first_is_taken_and_said(tmp_path):
    book = Workbook()
    for row in (["gene", "growth"], ["TFC3", 0.9], ["VPS8", 0.8]):
        book.active.append(row)
    book.create_sheet("more")["A1"] = "x"
    path = tmp_path / "mine.xlsx"
    book.save(path)
    found = guess(path, {})
    assert found.settings["sheet"] == "Sheet"
    assert "Sheet, more" in found.notes[0]
