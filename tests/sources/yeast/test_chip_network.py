"""Effects of transcription factors, with their p-values."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.chip_network import CHIP_NETWORK_SCHEMA, read_chip_network

HEADER = "tf\ttarget\tvalue\tpvalue\tstudy\n"


def read(tmp_path, text):
    path = tmp_path / "network.tab"
    path.write_text(text)
    return read_chip_network(path)


def test_rows(tmp_path):
    good = "STB4\tYGL184C\t-2.5\t2e-37\tHu_2006\n"
    result = read(
        tmp_path, HEADER + good + good.replace("-2.5", "NA") + good.replace("2e-37", "1.5") + "\tY\t1\t0\tS\n"
    )
    assert result.table.schema.equals(CHIP_NETWORK_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in result.table.to_pylist()] == [("STB4", "YGL184C", -2.5, 2e-37, "Hu_2006")]
    assert result.rejects["line"].to_pylist() == [3, 4, 5]


def test_another_header_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="header"):
        read(tmp_path, "a\tb\tc\td\te\n")


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_chip_network(public_files / "yeast/networks/tf_gene_network_chip_only.tab")
    assert (result.table.num_rows, result.rejects.num_rows) == (6605, 0)
