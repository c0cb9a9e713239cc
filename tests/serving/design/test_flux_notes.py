"""Sentences of the metabolic model: which way they speak, and where there are none."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.errors import FormatError
from knockon.serving.design.flux_notes import read_flux_notes

NAN = float("nan")


@pytest.fixture
def path(tmp_path):
    columns = {
        "gene": ["dead", "up", "down", "away", "needed", "idle", "absent"],
        "growth_shipped": [0.0, 1.0, 0.9, 1.0, 1.0, 1.0, NAN],
        "yield_tyrosine": [-1.0, 0.12, -0.3, 1e-6, 0.0, 0.0, NAN],
        "scan_tyrosine": [0.1, 0.0, 0.0, -0.05, 0.05, 1e-5, NAN],
    }
    pq.write_table(pa.table(columns), tmp_path / "flux.parquet")
    return tmp_path / "flux.parquet"


def test_notes_speak_for_what_is_wanted(path):
    found = read_flux_notes(path, "betaxanthin", maximise=True)
    assert {gene: note.helps for gene, note in found.items()} == {
        "dead": False, "up": True, "down": False, "away": True, "needed": False,
    }  # fmt: skip
    assert found["up"].text == "in the metabolic model the best yield of tyrosine rises by 12.0%"
    assert "less flux where tyrosine is made" in found["away"].text
    lower = read_flux_notes(path, "tyrosine", maximise=False)
    assert {gene: note.helps for gene, note in lower.items()} == {
        "dead": False, "up": False, "down": True, "away": False, "needed": True,
    }  # fmt: skip


def test_of_a_product_that_the_model_lacks_only_growth_is_told(path):
    assert set(read_flux_notes(path, "glycogen", maximise=True)) == {"dead"}


def test_no_file_tells_nothing_and_a_damaged_one_is_told(tmp_path):
    assert read_flux_notes(tmp_path / "flux.parquet", "tyrosine", maximise=True) == {}
    (tmp_path / "flux.parquet").write_text("no")
    with pytest.raises(FormatError, match="is damaged"):
        read_flux_notes(tmp_path / "flux.parquet", "tyrosine", maximise=True)
