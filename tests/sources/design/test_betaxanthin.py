"""Betaxanthin by gene."""

import pytest

from knockon.errors import FormatError
from knockon.sources.design.betaxanthin import read_betaxanthin

HEADER = ",Unnamed: 0,gene," + ",".join(
    f"{measure}.{hours}_{statistic}"
    for hours in (24, 48)
    for measure in ("corrected_area", "corrected_mean_intensity")
    for statistic in ("mean", "std", "count")
)
GOOD = "0.1,0.2,16,0.3,0.4,16,0.5,0.6,15,0.7,0.8,15"


def read(tmp_path, *rows):
    path = tmp_path / "GA.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return read_betaxanthin(path)


def test_each_trap_is_said_with_its_line(tmp_path):
    found = read(
        tmp_path,
        f"0,0,0,{GOOD}",
        f"1,1,41548,{GOOD}",
        f'2,2,"ADE5,7",{GOOD}',
        f"3,3,WT,{GOOD}",
        f"4,4,7,{GOOD}",
        f"5,5,oct1,{GOOD}",
        f"6,6,ABC1,{GOOD.replace('0.7', 'x')}",
        "7,7,ABC2,0.1,0.2,16,0.3,0.4,16,,,0,,,0",
        f"8,8,1-Mar,{GOOD}",
    )
    assert found.table.select(["line", "gene", "written"]).to_pylist() == [
        {"line": 3, "gene": "OCT1", "written": "41548"},
        {"line": 4, "gene": "ADE5,7", "written": "ADE5,7"},
        {"line": 10, "gene": "MAR1", "written": "1-Mar"},
    ]
    assert found.table["betaxanthin_48h"].to_pylist() == [0.7] * 3
    assert found.table["size_48h_colonies"].to_pylist() == [15] * 3
    reasons = dict(zip(found.rejects["line"].to_pylist(), found.rejects["reason"].to_pylist(), strict=True))
    assert reasons[2].startswith("gene 0:")
    assert reasons[5].startswith("the wild type")
    assert reasons[6].startswith("a number instead of a gene")
    assert reasons[7] == "a gene that came before"
    assert reasons[8] == "corrected_mean_intensity.48_mean: not a number"
    assert reasons[9].startswith("no colony")


def test_another_table_is_an_error(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("gene,value\nABC1,1\n")
    with pytest.raises(FormatError, match="there is no column 'corrected_"):
        read_betaxanthin(path)


@pytest.mark.public
def test_the_published_table(public_files):
    found = read_betaxanthin(public_files / "yeast/design/betaxanthin_GA1_2_4_6.csv")
    assert found.table.num_rows == 4758
    assert found.rejects.num_rows == 30
    assert "OCT1" in found.table["written"].to_pylist()
