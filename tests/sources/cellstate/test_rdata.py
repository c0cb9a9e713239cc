"""R's files: frames of reads with names of genes, long frames, and what is neither."""

import numpy as np
import pandas as pd
import pyreadr
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.rdata import read_frame, read_rda_counts, read_rda_long


def write(path, frame):
    pyreadr.write_rdata(str(path), frame, df_name="found")
    return path


def test_a_long_frame_becomes_a_matrix_with_holes(tmp_path):
    frame = pd.DataFrame({"g": ["B", "A", "A"], "t": ["x", "x", "y"], "v": [3.5, 40.0, 2.0]})
    found = read_rda_long(write(tmp_path / "a.rda", frame), "g", "t", "v", "linear")
    assert (found.samples, found.genes) == (("x", "y"), ("A", "B"))
    np.testing.assert_array_equal(found.values, np.array([[40, 3.5], [2, np.nan]], dtype=np.float32))


def test_a_pair_that_stands_twice_and_a_missing_column_are_refused(tmp_path):
    frame = pd.DataFrame({"g": ["A", "A"], "t": ["x", "x"], "v": [3.5, 40.0]})
    path = write(tmp_path / "a.rda", frame)
    with pytest.raises(FormatError, match="stand together twice"):
        read_rda_long(path, "g", "t", "v", "linear")
    with pytest.raises(FormatError, match="has no column TPM; it has g, t, v"):
        read_rda_long(path, "g", "t", "TPM", "tpm")


def test_reads_need_names_of_rows(tmp_path):
    path = write(tmp_path / "a.rda", pd.DataFrame({"s1": [1.0, 2.0], "s2": [30.0, 99.0]}))
    with pytest.raises(FormatError, match="its rows have no names"):
        read_rda_counts(path)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "a.rda"
    path.write_bytes(b"text")
    with pytest.raises(FormatError, match=r"not a readable \.rda file"):
        read_frame(path)
    with pytest.raises(FormatError, match="no such file"):
        read_frame(tmp_path / "absent.rda")


@pytest.mark.public
def test_the_public_reads_of_breast_cancers(public_files):
    found = read_rda_counts(public_files / "cellstate/brca/ER_TCGA_RNAseq.rda")
    assert found.values.shape == (60, 20124)
    assert found.genes[2] == "TAF7"
    assert found.values[0, 2] == 2512
