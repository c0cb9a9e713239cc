"""design_cycles on planted files: every cycle is told from those before, and what is written is flat and whole."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.models.designs.laboratory import STRATEGIES
from knockon.models.designs.sets.baselines import BUILDERS
from knockon.models.designs.sets.telling import TOLD_SCHEMA
from knockon.stages.design import cycles, paths, sources
from knockon.stages.design.cycles_sections import cycles_section, laboratory_rows, limit_rows, told_rows
from knockon.stages.design.params import Cycles, Laboratory
from knockon.stages.stage import Params

SMALL = {
    "design": {
        "source": "simulated",
        "cycles": {"models": ["sets", "ridge", "mean"], "resamples": 100},
        "laboratory": {
            "planted": {"genes": 8},
            "loop": {"batch": 4, "cycles": 2, "pool": 40, "draws": 32},
            "strategies": ["random", "expected_improvement"],
            "seeds": 2,
        },
    }
}


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


@pytest.fixture(scope="module")
def folder(root, tree, tmp_path_factory):
    place = tmp_path_factory.mktemp("design_cycles")
    shutil.copytree(root / ".dvc" / "plots", place / ".dvc" / "plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        sources.main(Params(tree, sources.PARAMS))
        cycles.main(Params(tree, cycles.PARAMS))
    return place


def found(folder):
    return json.loads((folder / paths.METRICS / "cycles.json").read_text())


def test_every_cycle_is_told_by_every_model(folder):
    told = pq.read_table(folder / paths.CYCLES)
    assert told.schema.equals(TOLD_SCHEMA)
    rows = [(row["model"], row["past"], row["cycle"]) for row in found(folder)["told"]]
    kinds = [
        ("sets", "play"),
        ("ridge", "play"),
        ("mean", "play"),
        ("ridge", "cycles"),
        ("sets", "cycles"),
        ("sets", "all"),
    ]
    assert rows == [(*kind, cycle) for kind in kinds for cycle in (4, 5, 6, None)]


def test_the_model_tells_planted_strains_and_its_intervals_hold(folder):
    scores = {(row["model"], row["past"]): row for row in found(folder)["told"] if row["cycle"] is None}
    assert scores["sets", "play"]["r"] > 0.6
    assert scores["sets", "play"]["covered"] > 0.85
    assert scores["mean", "play"]["r"] is None


def test_scores_have_their_intervals_and_their_limits(folder):
    for row in found(folder)["told"]:
        if row["cycle"] is not None and row["r"] is not None:
            assert row["r_low"] <= row["r"] <= row["r_high"]
            assert row["picked_low"] <= row["picked_high"]
    for limit in found(folder)["limits"]:
        assert limit["best"] >= limit["best_picked"] >= limit["mean"]
        assert 0.9 < limit["r_of_replicates"] <= 1
        assert limit["r_of_builds"] <= limit["r_of_replicates"]
        assert limit["picked_of_all_others"] <= limit["best_picked"]


def test_the_laboratory_has_a_row_a_strategy_and_cycle(folder):
    rows = found(folder)["laboratory"]
    assert [(row["strategy"], row["cycle"], row["strains"]) for row in rows] == [
        (strategy, cycle, 8 + 4 * cycle) for strategy in ("random", "expected_improvement") for cycle in range(3)
    ]
    assert all(np.diff([row["short"] for row in rows[start : start + 3]]).max() <= 0 for start in (0, 3))


def test_plots_are_written(folder):
    for name in ("cycles", "laboratory"):
        assert (folder / paths.PLOTS / f"{name}.csv").read_text().count("\n") > 5
        assert "<svg" in (folder / paths.PLOTS / f"{name}.svg").read_text()


def test_the_report_has_a_row_for_everything(folder):
    assert len(told_rows(folder)) == len(found(folder)["told"])
    assert [row[0] for row in limit_rows(folder)] == ["4", "5", "6"]
    assert [row[0] for row in laboratory_rows(folder)] == ["random", "expected improvement"]
    section = cycles_section(folder)
    assert len(section.parts) == 6


def test_the_choices_of_params_are_those_of_the_code():
    def choices(section, name):
        return section.model_fields[name].annotation.__args__[0].__args__

    assert set(choices(Cycles, "models")) == set(BUILDERS)
    assert choices(Laboratory, "strategies") == STRATEGIES
