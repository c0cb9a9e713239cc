"""Complexes come out one row a member, whatever the source packs into one cell."""

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.complexes import COMPLEX_SCHEMA, read_complex_portal, read_cyc2008

CYC = "ORF\tName\tComplex\tPubMed_id\tMethod\tGO_id\tGO_term\tJaccard_Index\n"
PORTAL = "\t".join(f"column {number}" for number in range(19)) + "\n"


def portal_row(identifier, members):
    columns = [identifier, f"name of {identifier}", *["-"] * 17]
    columns[7], columns[18] = "GO:1990879(CST complex, with GO in its name)|GO:0000781(telomeric|region)", members
    return "\t".join(columns) + "\n"


def written(tmp_path, text):
    path = tmp_path / "complexes.tab"
    path.write_text(text)
    return path


def test_cyc2008_rows_are_ragged_and_only_the_first_has_the_term(tmp_path):
    text = CYC + 'YA\tA1\tone\t1\t"a,b"\tGO:0000001\tterm\t1\nYB\tB1\tone\nYC\tC1\ttwo\nYB\tB1\tone\nYD\n\tD\ttwo\n'
    result = read_cyc2008(written(tmp_path, text))
    assert result.table.schema.equals(COMPLEX_SCHEMA, check_metadata=True)
    assert result.table["member"].to_pylist() == ["YA", "YB", "YC"]
    assert result.table["go_ids"].to_pylist() == [["GO:0000001"], ["GO:0000001"], []]
    assert result.rejects["line"].to_pylist() == [5, 6, 7]


def test_cyc2008_needs_its_header(tmp_path):
    with pytest.raises(FormatError, match="the header of CYC2008"):
        read_cyc2008(written(tmp_path, "YA\tA1\tone\n"))


def test_portal_members_are_taken_apart(tmp_path):
    text = PORTAL + portal_row(
        "CPX-1", "P00001(2)|[P00002,P00003](1)|P00004-PRO_0000000001(0)|CHEBI:29035(1)|URS01_5(0)"
    )
    result = read_complex_portal(written(tmp_path, text))
    assert result.table.schema.equals(COMPLEX_SCHEMA, check_metadata=True)
    assert result.table["member"].to_pylist() == ["P00001", "P00002", "P00003", "P00004", "CHEBI:29035", "URS01_5"]
    assert result.table["member_kind"].to_pylist() == ["protein"] * 4 + ["compound", "rna"]
    assert result.table["stoichiometry"].to_pylist() == [2, 1, 1, None, 1, None]
    assert result.table["alternative"].to_pylist() == [False, True, True, False, False, False]
    assert result.table["go_ids"].to_pylist()[0] == ["GO:1990879", "GO:0000781"]


def test_portal_rejects_what_it_can_not_take_apart(tmp_path):
    text = PORTAL + portal_row("CPX-1", "P00001(2)|P00002") + portal_row("CPX-2", "") + portal_row("EBI-3", "P1(1)")
    result = read_complex_portal(written(tmp_path, text))
    assert result.table["member"].to_pylist() == ["P00001"]
    assert result.rejects["line"].to_pylist() == [2, 3, 4]


def test_portal_of_another_format_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="CPX-"):
        read_complex_portal(written(tmp_path, PORTAL + portal_row("x", "P00001(2)")))


@pytest.mark.public
def test_the_published_files(public_files):
    cyc = read_cyc2008(public_files / "yeast/networks/CYC2008_complex.tab")
    assert (cyc.table.num_rows, cyc.rejects.num_rows) == (1920, 0)
    assert pc.count_distinct(cyc.table["complex_id"]).as_py() == 408
    portal = read_complex_portal(public_files / "yeast/networks/ComplexPortal_559292.tsv")
    assert (portal.table.num_rows, portal.rejects.num_rows) == (2981, 0)
    assert pc.count_distinct(portal.table["complex_id"]).as_py() == 620


def test_a_complex_without_terms_has_none_and_an_isoform_is_its_protein(tmp_path):
    columns = ["CPX-1", "name", *["-"] * 17]
    columns[18] = "P00001(1)|P00002-2(2)|P00003-PRO_0000001234(1)"
    result = read_complex_portal(written(tmp_path, PORTAL + "\t".join(columns) + "\n"))
    assert result.table["go_ids"].to_pylist() == [[], [], []]
    assert result.table["member"].to_pylist() == ["P00001", "P00002", "P00003"]
