"""DESeq2's tables: one comparison a file, whatever stands before its columns' names."""

import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.deseq2 import DESEQ2_SCHEMA, read_deseq2

HEADER = "gene_ID\t{0}baseMean\t{0}log2FoldChange\t{0}lfcSE\t{0}padj\n"
ROWS = (
    "G1\t588\t0.787\t0.0879\t1e-18\nG2\t0\tNA\tNA\tNA\nG1\t5\t1\t1\t1\n"
    "G3\t-1\t0\t1\t1\nG4\t2\t1\tNA\t2\nG5\t2\t-1\t.5\tNA\n"
)


@pytest.mark.parametrize("name", ["", "PAX6_KO_"])
def test_rows_and_rejects(tmp_path, name):
    path = tmp_path / "d.tsv"
    path.write_text(HEADER.format(name) + ROWS)
    found = read_deseq2(path)
    assert found.table.schema.equals(DESEQ2_SCHEMA)
    assert found.table["gene"].to_pylist() == ["G1", "G5"]
    assert found.table["adjusted_p"].to_pylist() == [1e-18, None]
    assert found.rejects["reason"].to_pylist() == [
        "no log2FoldChange", "a second row of the gene", "baseMean is negative", "padj is not between 0 and 1",
    ]  # fmt: skip


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "d.tsv"
    path.write_text("gene\tbaseMean\nG1\t5\n")
    with pytest.raises(FormatError, match="has no column log2FoldChange"):
        read_deseq2(path)
    two = [f"{name}_{column}" for name in "AB" for column in ("baseMean", "log2FoldChange", "lfcSE", "padj")]
    path.write_text("\t".join(["gene", *two]) + "\nG1" + "\t1" * 8 + "\n")
    with pytest.raises(FormatError, match="has 2 columns baseMean: it must be one comparison"):
        read_deseq2(path)
