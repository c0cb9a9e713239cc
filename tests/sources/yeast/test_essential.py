"""Lists of genes and strains."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.essential import (
    ESSENTIAL_SCHEMA,
    GENE_LIST_SCHEMA,
    STRAIN_LIST_SCHEMA,
    read_essential_orfs,
    read_gene_list,
    read_strain_list,
)


def written(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text)
    return path


def test_a_gene_list_keeps_its_order(tmp_path):
    table = read_gene_list(written(tmp_path, "YB\r\nYA\r\n")).table
    assert table.schema.equals(GENE_LIST_SCHEMA, check_metadata=True)
    assert table["gene"].to_pylist() == ["YB", "YA"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("YA\n\nYB\n", "line 2: a blank line"),
        ("YA\nYA\n", "line 2: a name that came"),
        ("a b\n", "line 1: more than one"),
    ],
)
def test_a_gene_list_that_can_not_be_counted_is_an_error(tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        read_gene_list(written(tmp_path, text))


def test_strains_give_their_gene(tmp_path):
    result = read_strain_list(written(tmp_path, "YGR146C-A_y13166\nYAL001C+YDL227C_tm1\nplain\nYGR146C-A_y13166\n"))
    assert result.table.schema.equals(STRAIN_LIST_SCHEMA, check_metadata=True)
    assert result.table["gene"].to_pylist() == ["YGR146C-A", "YAL001C+YDL227C"]
    assert result.rejects["line"].to_pylist() == [3, 4]
    with pytest.raises(FormatError, match="is it another format"):
        read_strain_list(written(tmp_path, "plain\n"))


def test_the_furniture_of_the_essential_table_is_passed_over(tmp_path):
    text = "rec_num\tORF_name\talias\tnames\tup\tdown\r\n===\t===\t===\t===\t===\t===\r\n"
    text += (
        "20406\tYAL001C  \t \tTSV115, FUN24 \tACGT\t\r\n1\tYAL034W-a\t\t\t\t\r\n2\tYAL001C\t\t\t\t\r\nupdated 0507\r\n"
    )
    result = read_essential_orfs(written(tmp_path, text))
    assert result.table.schema.equals(ESSENTIAL_SCHEMA, check_metadata=True)
    assert result.table["gene"].to_pylist() == ["YAL001C", "YAL034W-A"]
    assert result.table["aliases"].to_pylist() == [["TSV115", "FUN24"], []]
    assert result.rejects["reason"].to_pylist() == ["a gene that came before"]
    with pytest.raises(FormatError, match="systematic name"):
        read_essential_orfs(written(tmp_path, "a\tb\n"))


@pytest.mark.public
def test_the_published_lists(public_files):
    essential = read_essential_orfs(public_files / "yeast/smf/essential_ORFs.txt")
    assert (essential.table.num_rows, essential.rejects.num_rows) == (1122, 34)
    assert read_strain_list(public_files / "yeast/smf/bad_strains_160303.csv").table.num_rows == 3878
    assert read_gene_list(public_files / "yeast/dcell/costanzo_2016_genes").table.num_rows == 4111
