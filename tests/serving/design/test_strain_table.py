"""Tables as people have them: what spreadsheets did to names, strains that disagree, and what is told of each."""

import pytest

from knockon.errors import FormatError
from knockon.serving.design.strain_table import names_of, read_strain_table, refuse_other_phenotype
from tests.serving.design.planted import ESSENTIAL, GENES, genome

NAMES = names_of(genome(), None)


def read(tmp_path, text, name="table.csv", **options):
    (tmp_path / name).write_text(text)
    return read_strain_table(tmp_path / name, genome(), NAMES, **{"fewest": 1, **options})


def test_genes_in_one_cell_and_names_with_a_comma(tmp_path):
    found = read(tmp_path, f'strain,value,error\nTYR1+ARO4,1.5,0.1\n{GENES[6]};{GENES[7]},2,\n"ADE5,7",3,0.2\n').read
    assert found.strains == ((GENES[2], GENES[3]), (GENES[6], GENES[7]), (GENES[1],))
    assert found.values.tolist() == [1.5, 2.0, 3.0]
    assert found.errors[0] == 0.1
    assert found.rejects.num_rows == 0


@pytest.mark.parametrize("cell", ["41548", "1-Oct", "Oct-01", "2013-10-01", "01-Oct"])
def test_what_a_spreadsheet_made_of_a_gene_is_turned_back_and_said(tmp_path, cell):
    found = read(tmp_path, f"gene,value\n{cell},1.5\n{GENES[3]},2\n")
    assert found.read.strains == ((GENES[0],), (GENES[3],))
    assert found.notes == (f"table.csv: {cell} is what a spreadsheet made of OCT1; read as OCT1",)


def test_a_date_that_is_no_gene_and_a_blank_position_are_rejected_with_their_lines(tmp_path):
    found = read(tmp_path, f"gene,value\n3-Mar,1.5\n{GENES[3]},2\n0,9\nWT,1\nTYR1,\n")
    assert found.read.strains == ((GENES[3],),)
    rows = {row["line"]: row["reason"] for row in found.read.rejects.to_pylist()}
    assert set(rows) == {2, 4, 5, 6}
    assert "MAR3" in rows[2]
    assert "a number instead of a gene" in rows[4]
    assert rows[6] == "no value"


def test_strains_that_disagree_are_said_and_both_are_kept(tmp_path):
    found = read(tmp_path, f"gene,value,error\nTYR1,1,0.1\ntyr1,3,0.1\nARO4,1,0.1\n{GENES[3]},1.1,0.2\n")
    assert len(found) == 4
    assert [note for note in found.notes if "disagree" in note] == [
        f"table.csv: lines 2, 3: strains of {GENES[2]} disagree (1, 3); their mean is taken"
    ]


def test_essential_genes_are_said(tmp_path):
    found = read(tmp_path, f"gene,value\n{ESSENTIAL},2\n{GENES[7]},1\n")
    assert found.read.strains == ((ESSENTIAL,), (GENES[7],))
    assert found.notes == (f"table.csv: {ESSENTIAL}: essential; what was measured is used, no design deletes it",)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("gene,value\nTYR1,1\nARO4,1\n", {"fewest": 2}, "every value is 1: what makes strains differ"),
        ("gene,value\nTYR1,1\n", {"fewest": 12}, "1 strains can be used, and 12 are the fewest that teach"),
        ("gene,value\nTYR9,1\n", {}, r"no row can be used; line 2: unknown gene name TYR9; did you mean TYR1"),
        ("gene,amount\nTYR1,1\n", {}, "which column holds the value"),
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


def test_published_aliases_are_known(tmp_path):
    import pyarrow as pa

    columns = {
        "systematic_name": [GENES[2]], "standard_name": ["TYR1"], "sgd_id": ["S1"],
        "aliases": pa.array([["PREPH"]], pa.list_(pa.string())),
    }  # fmt: skip
    (tmp_path / "table.csv").write_text("gene,value\npreph,1\n")
    names = names_of(genome(), pa.table(columns))
    assert read_strain_table(tmp_path / "table.csv", genome(), names, 1).read.strains == ((GENES[2],),)


def test_a_list_of_designs_is_read_as_it_was_written(tmp_path):
    row = f"1,{GENES[2]};{GENES[3]},TYR1Δ ARO4Δ,x,u,1,a;b,5,"
    text = f"rank,knockouts,strain,phenotype,unit,predicted,for,value,error\n{row}\n"
    assert read(tmp_path, text).read.strains == ((GENES[2], GENES[3]),)
    assert read(tmp_path, text).read.values.tolist() == [5.0]
    assert read(tmp_path, f"strain,value\n{GENES[2]};{GENES[3]},9\n").read.strains == ((GENES[2], GENES[3]),)


def test_a_list_of_another_phenotype_is_refused(tmp_path):
    path = tmp_path / "cycle1.csv"
    path.write_text(f"knockouts,phenotype,value\n{GENES[3]},tyrosine,2\n")
    refuse_other_phenotype(path, "tyrosine")
    with pytest.raises(FormatError, match="holds designs for tyrosine, not for betaxanthin"):
        refuse_other_phenotype(path, "betaxanthin")
    path.write_text(f"gene,phenotype\n{GENES[3]},2\n")
    refuse_other_phenotype(path, "betaxanthin")
