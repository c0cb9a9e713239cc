"""design_growth on planted strains: errors are kept for the command, and what was told comes true."""

import json
from pathlib import Path

import pytest

from knockon.serving.design.fitness import kind_of
from knockon.serving.design.growth_errors import read_growth_errors
from knockon.stages.design import growth, paths
from knockon.stages.stage import Params
from knockon.stages.yeast.paths import STORE
from tests.serving.design.grown import grown_store

TREE = {"design": {"growth": {"folds": 4, "least": 0.8, "seed": 1}}}


def test_errors_and_scores_are_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    STORE.parent.mkdir(parents=True)
    grown_store(tmp_path / STORE)
    growth.main(Params(TREE, growth.PARAMS))
    scores = json.loads((tmp_path / paths.METRICS / "growth.json").read_text())
    assert list(scores) == [kind_of(2, False), kind_of(3, False)] == list(read_growth_errors(paths.GROWTH).kinds)
    doubles, triples = scores.values()
    assert doubles["normal"]["covered"] > 0.99
    assert 0.87 < doubles["new_genes"]["covered"] < 0.93
    assert doubles["new_genes"]["safe_reached"] == pytest.approx(doubles["new_genes"]["safe_told"], abs=0.03)
    assert sum(row["rows"] for row in doubles["new_genes"]["calibration"]) == pytest.approx(doubles["strains"])
    assert triples["queries"] == 6
    assert min(triples["new_genes"]["covered_by_part"]) < 0.3 < 0.87 < triples["new_strains"]["covered"]


def test_the_same_bytes_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    STORE.parent.mkdir(parents=True)
    grown_store(tmp_path / STORE, triples=False)
    written = []
    for _ in range(2):
        growth.main(Params(TREE, growth.PARAMS))
        written.append((Path(paths.GROWTH).read_bytes(), (tmp_path / paths.METRICS / "growth.json").read_bytes()))
    assert written[0] == written[1]
