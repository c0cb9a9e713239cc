"""HPA's pivoted table: stated as linear, holes stay holes, tissues have their labels."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.hpa import read_hpa

TABLE = "GeneID\tA-431\tskin\nENSG00000000001\t16.1\t\nENSG00000000002\t0\t260\n"
LABELS = "Category\tName\tType\tDescription\nCL: Skin \tA-431 \tline \t-\nSkin \tskin \ttissue \t-\n"


@pytest.fixture
def files(tmp_path):
    table, labels = tmp_path / "t.tsv", tmp_path / "labels.tsv"
    table.write_text(TABLE)
    labels.write_text(LABELS)
    return table, labels


def test_tissues_and_holes(files):
    found = read_hpa(*files)
    assert (found.scale.name, found.holes) == ("linear", 1)
    assert found.annotations["category"] == ("CL: Skin", "Skin")
    np.testing.assert_array_equal(found.values, np.array([[16.1, 0], [np.nan, 260]], dtype=np.float32))


def test_labels_must_name_every_tissue(files):
    files[1].write_text(LABELS.splitlines(keepends=True)[0])
    with pytest.raises(FormatError, match="names 2 tissues"):
        read_hpa(*files)
    files[1].write_text("a\tb\n1\t2\n")
    with pytest.raises(FormatError, match="has no column Category"):
        read_hpa(*files)


@pytest.mark.public
def test_the_public_table(public_files):
    folder = public_files / "cellstate/hpa"
    found = read_hpa(folder / "RNAtableExtended.tsv.gz", folder / "labels_Extended.tsv")
    assert (found.values.shape, found.holes) == ((130, 19670), 19406)
