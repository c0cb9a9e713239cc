"""Concentrations of any unit become pK; what is none is refused with its reason."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from knockon.sources.affinity.measured import UNITS, as_pk, read_concentrations
from knockon.sources.reading import no_rejects
from knockon.sources.tables import Refusals


def read(texts, unit=""):
    refusals = Refusals(Path("file.csv"), pa.array(range(1, len(texts) + 1)))
    values, relations = read_concentrations(pa.array(texts), unit, refusals)
    rejects = refusals.rejects(no_rejects())
    return values.to_pylist(), relations.to_pylist(), rejects


def test_units_and_kinds():
    values, relations, rejects = read(["1 nM", "1uM", "1 µM", "Ki=2.5mM", "Kd=10pM", "1e-9 M", "1fM"])
    assert values == pytest.approx([9, 6, 6, 2.60206, 11, 9, 15], abs=1e-5)
    assert relations == ["="] * 7
    assert rejects.num_rows == 0


def test_a_concentration_above_is_a_pk_below():
    values, relations, _ = read([">10000", "<0.1", "~5"], "nM")
    assert (values[:2], relations) == (pytest.approx([5.0, 10.0]), ["<", ">", "="])
    values, relations, _ = read([">5", "<5"], "pK")
    assert (values, relations) == ([5.0, 5.0], [">", "<"])


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("0", "nM", "not positive"),
        ("-3", "nM", "not positive"),
        ("5", "", "no unit"),
        ("5 mg", "", "unknown unit"),
        ("5 NM", "", "unknown unit"),
        ("strong", "nM", "not a concentration"),
        ("", "nM", "not a concentration"),
        ("nan", "nM", "not a concentration"),
        ("700", "pK", "outside"),
        ("1e300", "M", "outside"),
    ],
)
def test_what_is_no_affinity_is_refused(text, unit, reason):
    _, _, rejects = read(["1", text], unit or pa.array(["nM", ""]))
    assert rejects["line"].to_pylist() == [2]
    assert reason in rejects["reason"][0].as_py()


def test_a_column_of_units_may_not_contradict_the_number():
    values, _, rejects = read(["5 uM", "5 nM", "6.2"], pa.array(["nM", "nM", "pK"]))
    assert (rejects["line"].to_pylist(), rejects["reason"].to_pylist()[0][:9]) == ([1], "two units")
    assert values[1:] == pytest.approx([8.30103, 6.2])


def test_the_last_bit_of_a_logarithm_does_not_reach_a_pk():
    """It differs between processors: neighbours of a concentration stand in for another processor's logarithm."""
    numbers = np.random.default_rng(1).lognormal(3, 3, 1000)
    pk = as_pk(numbers, UNITS["nM"])
    for neighbour in (np.nextafter(numbers, np.inf), np.nextafter(numbers, 0)):
        assert as_pk(neighbour, UNITS["nM"]).tobytes() == pk.tobytes()
    # Rounding itself must not cost what an assay tells.
    np.testing.assert_allclose(pk, 9 - np.log10(numbers), atol=5.1e-10, rtol=0)


def test_every_reader_takes_its_pk_from_one_place():
    readers = sorted((Path(__file__).parents[3] / "src/knockon/sources/affinity").glob("*.py"))
    assert [path.name for path in readers if "log10(" in path.read_text()] == ["measured.py"]
