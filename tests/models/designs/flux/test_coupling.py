"""Growth coupling on the small network: found, kept, stopped by its limit, failed; each told."""

import time

import pytest

pytest.importorskip("straindesign")

from knockon.errors import KnockonError
from knockon.models.designs.flux import coupling
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.coupling import Question, couple
from tests.models.designs.flux.small import small_network


@pytest.fixture(scope="module")
def cell() -> Cell:
    network = small_network()
    return Cell(network, products=[network.product("tyrosine")])


@pytest.fixture(scope="module")
def found(cell, tmp_path_factory):
    folder = tmp_path_factory.mktemp("coupling")
    return couple(cell, Question(most=2, limit=300), folder), folder


def test_the_complex_is_what_couples_the_product_to_growth(found):
    result, _ = found
    assert result.ending == "done"
    assert result.searched == 2
    assert {("G4",), ("G5",)} <= set(result.designs)
    assert not any("G3" in design for design in result.designs)
    assert result.guaranteed[:2] == pytest.approx((10, 10), abs=1e-4)
    assert "the first G4; complete up to 2 deletions" in result.explain()


def test_a_search_that_ended_is_not_run_again(cell, found, monkeypatch):
    result, folder = found
    monkeypatch.setattr(coupling, "_search", lambda *_: pytest.fail("searched again"))
    assert couple(cell, Question(most=2, limit=300), folder) == result
    assert [path.suffix for path in folder.iterdir()] == [".json"]


def test_a_limit_ends_the_child_and_what_it_started_and_is_told(cell, tmp_path):
    started = time.monotonic()
    result = couple(cell, Question(limit=0.3), tmp_path)
    assert time.monotonic() - started < 5
    assert (result.ending, result.searched, result.designs) == ("limit", 0, ())
    assert "stopped by its limit of 0 s; no design so far; not complete even for one deletion" in result.explain()


def test_a_longer_limit_searches_again(cell, tmp_path, monkeypatch):
    couple(cell, Question(limit=0.3), tmp_path)
    monkeypatch.setattr(coupling, "_search", lambda *_: ({"searched": 1, "designs": [["G4"]]}, "limit", 9.0, ""))
    assert couple(cell, Question(limit=0.2), tmp_path).designs == ()
    assert couple(cell, Question(limit=9.0), tmp_path).designs == (("G4",),)


def test_a_search_that_fails_says_why(cell, tmp_path, monkeypatch):
    monkeypatch.setattr(coupling, "_task", lambda *_: {"reactions": "none"})
    result = couple(cell, Question(limit=60), tmp_path)
    assert result.ending == "failed"
    assert "the search ended with status 1: " in result.told


def test_a_product_that_can_not_be_made_is_told(tmp_path):
    network = small_network(r_making=(0, 0))
    with pytest.raises(KnockonError, match="can make L-tyrosine"):
        couple(Cell(network, products=[network.product("tyrosine")]), Question(), tmp_path)
