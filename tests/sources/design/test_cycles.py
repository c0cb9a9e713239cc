"""Cycles of design and test come out of the two published layouts, and what does not fit is refused with its line."""

from pathlib import Path

import pytest

from knockon.errors import FormatError
from knockon.sources.design.cycles import CYCLE_SCHEMA, read_isoprenol_cycles, read_isoprenol_screen
from knockon.sources.design.formats import FORMATS

HEADER = (
    ",Line Name,Line Description,Units,isoprenol,rep,line_name_norep,nt_string,cycle,is_control,sorted_gene_list,"
    "number_of_grna,gRNA_1,gRNA_2,gRNA_3,gRNA_4,PP_0001,PP_0002,PP_0010,pass_to_art\n"
)
GOOD = "7,PP_0001_PP_0010-R1,DBTL3_P2_001,mg/L,400.5,1,PP_0001_PP_0010,,3,False,['PP_0001' 'PP_0010'],2,PP_0001,PP_0010,,,1,0,1,True\n"  # noqa: E501
CONTROL = "8,Control_P1-R1,DBTL3_P1_032,mg/L,160,1,Control,,3,True,[],0,,,,,0,0,0,True\n"


def cycles(tmp_path: Path, rows: str):
    path = tmp_path / "cycles.csv"
    path.write_text(HEADER + rows)
    return read_isoprenol_cycles(path)


def screen(tmp_path: Path, rows: str):
    path = tmp_path / "screen.csv"
    path.write_text("Strain,Isoprenol,Target,CV[%]\n" + rows)
    return read_isoprenol_screen(path)


def test_a_strain_is_its_set_of_genes_and_a_control_has_none(tmp_path):
    found = cycles(tmp_path, GOOD + CONTROL)
    assert found.table.schema.equals(CYCLE_SCHEMA)
    assert found.rejects.num_rows == 0
    strain, control = found.table.to_pylist()
    assert strain == {
        "line": 2, "strain": "PP_0001+PP_0010", "genes": ["PP_0001", "PP_0010"], "cycle": 3, "replicate": 1, "plate": 2,
        "control": False, "value": 400.5, "detected": True, "passed": True,
    }  # fmt: skip
    assert (control["strain"], control["genes"], control["control"]) == ("", [], True)


def test_the_line_of_a_later_cycle_may_have_the_same_name(tmp_path):
    later = GOOD.replace(",,3,False", ",,4,False")
    assert cycles(tmp_path, GOOD + later).table["cycle"].to_pylist() == [3, 4]


@pytest.mark.parametrize(
    ("changed", "to", "reason"),
    [
        ("mg/L", "g/L", "unit other than mg/L"),
        ("400.5", "NaN", "no finite value"),
        ("400.5", "-1", "below 0"),
        (",,3,", ",,third,", "no whole cycle"),
        ("-R1", "-R1", "came before in this cycle"),
        ("['PP_0001' 'PP_0010']", "['PP_0001' 'PP_0002']", "other genes"),
        ("1,0,1,True", "1,1,1,True", "other genes"),
        ("PP_0001,PP_0010,,,1", "PP_0001,,,,1", "other genes"),
        (",2,PP_0001", ",3,PP_0001", "other genes"),
        ("False", "True", "a control with genes"),
    ],
)
def test_lines_that_can_not_be_used_are_refused(tmp_path, changed, to, reason):
    bad = GOOD.replace(changed, to).replace("P2_001", "P2_009")
    found = cycles(tmp_path, GOOD + bad)
    assert found.table.num_rows == 1
    assert found.rejects["line"].to_pylist() == [3]
    assert reason in found.rejects["reason"][0].as_py()


def test_the_screen_numbers_its_replicates_and_says_what_was_not_detected(tmp_path):
    found = screen(
        tmp_path, "IY1,300,PP_0001,5\nNT,150,Control,5\nIY1,310,PP_0001,5\nIY2,0.01,PP_0002,0\nIY3,5,lacZ,0\n"
    )
    rows = found.table.to_pylist()
    assert [(row["strain"], row["replicate"], row["detected"]) for row in rows] == [
        ("PP_0001", 1, True), ("", 1, True), ("PP_0001", 2, True), ("PP_0002", 1, False),
    ]  # fmt: skip
    assert {row["cycle"] for row in rows} == {0}
    assert found.rejects["line"].to_pylist() == [6]


def test_another_file_is_refused_as_a_whole(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    for known in FORMATS.values():
        if known.produces == "designs":
            with pytest.raises(FormatError, match=r"other\.csv"):
                known.read(path)


@pytest.mark.public
def test_the_published_files(public_files: Path):
    folder = public_files / "yeast" / "design"
    found = read_isoprenol_cycles(folder / "pputida_isoprenol_crispri_dbtl3-6.csv")
    assert (found.table.num_rows, found.rejects.num_rows) == (729, 0)
    assert sum(found.table["control"].to_pylist()) == 48
    singles = read_isoprenol_screen(folder / "pputida_isoprenol_crispri_dbtl0.csv")
    assert (singles.table.num_rows, singles.rejects.num_rows) == (393, 0)
