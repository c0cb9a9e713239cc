"""Subsystems of a DCell, from a simulated yeast to the ranking, the plot, the report and `knockon predict`."""

import csv
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from knockon.commands.demo import merged
from knockon.commands.main import app
from knockon.commands.predict import shifts
from knockon.errors import KnockonError
from knockon.models.dcell.hierarchy import topology_of
from knockon.serving.yeast import load_served
from knockon.stages.stage import Params
from knockon.stages.yeast import (
    controls,
    evaluate,
    paths,
    train,
)
from knockon.stages.yeast.paths import RANKING, STATES
from knockon.stages.yeast.sections import subsystem_section
from knockon.stages.yeast.side import KNOWLEDGE
from knockon.stages.yeast.terms import term_names

pytestmark = pytest.mark.timeout(600)

SMALL = {
    "yeast": {
        "train": {"model": "dcell"},
        "evaluate": {"resamples": 20},
    }
}

SHORT = {"epochs": 15, "batch_size": 128, "device": "cpu"}


@pytest.fixture(scope="module")
def tree(yeast_params):
    tree = merged(yeast_params, SMALL)
    tree["yeast"]["train"]["training"] = SHORT
    return tree


@pytest.fixture(scope="module")
def run(yeast_folder, tree):
    """The folder in which a DCell was trained and evaluated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(yeast_folder)
        for stage in (controls, train, evaluate):
            stage.main(Params(tree, stage.PARAMS))
    return yeast_folder


def predicted(*options):
    ended = CliRunner().invoke(app, ["predict", "yeast", *options])
    if ended.exception is not None:
        raise ended.exception
    return ended.output


def strains():
    """Two measured strains, by systematic names."""
    states = pq.read_table(paths.MODEL / STATES, columns=["strain", "genes"]).to_pylist()
    by_strain = {row["strain"]: row["genes"] for row in states}
    return [by_strain[0], by_strain[1]]


def test_training_strains_rank_the_subsystems_by_name(inside):
    ranking = pq.read_table(paths.MODEL / RANKING)
    assert ranking.num_rows
    assert {row["name"] for row in ranking.to_pylist()} <= {*term_names().values(), ""}
    assert any(ranking["name"].to_pylist())
    gains = [gain for gain in ranking["rlipp"].to_pylist() if gain is not None]
    assert gains == sorted(gains, reverse=True)
    assert len(gains)


def test_states_tell_their_strains_and_are_bounded(inside, tree):
    states = pq.read_table(paths.MODEL / STATES)
    assert 0 < len(set(states["strain"].to_pylist())) <= train.STATE_STRAINS
    assert set(pq.read_table(paths.MODEL / RANKING)["term"].to_pylist()) <= set(states["term"].to_pylist())
    assert {len(genes) for genes in states["genes"].to_pylist()} == {2}


def test_the_ranking_is_drawn_and_reported(inside):
    picture = (paths.PLOTS / "subsystems.svg").read_text()
    rows = list(csv.DictReader((paths.PLOTS / "subsystems.csv").open()))
    assert "Which subsystems explain the predictions?" in picture
    assert rows[0]["term"] in picture
    (section,) = subsystem_section(inside)
    assert section.parts[0].svg == picture


def test_another_model_writes_no_subsystems_and_a_plot_without_rows(inside, tmp_path, monkeypatch):
    """DVC would end the stage where the declared plot is absent."""
    train.write_subsystems(tmp_path, SimpleNamespace(subsystems=None), SimpleNamespace(), 1)
    assert not list(tmp_path.iterdir())
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/plots").symlink_to(inside / ".dvc/plots")
    monkeypatch.chdir(tmp_path)
    evaluate.write_subsystems("ε")
    assert len((paths.PLOTS / "subsystems.csv").read_text().splitlines()) == 1
    assert "<svg" in (paths.PLOTS / "subsystems.svg").read_text()
    assert subsystem_section(tmp_path) == ()


def test_a_strain_is_told_the_subsystems_that_it_shifts_most(inside):
    first, second = strains()[0]
    text = predicted("--knockout", first, "--knockout", second)
    lines = text[text.index("subsystems whose own guess at interaction") :].splitlines()[1:]
    assert 0 < len(lines) <= shifts.SHOWN
    sizes = [abs(float(line.split()[0])) for line in lines]
    assert sizes == sorted(sizes, reverse=True)


def test_the_whole_network_s_shift_is_that_of_its_prediction(inside):
    """The root's own guess is the prediction: what it is shifted by is the difference of two predictions."""
    served, chosen = load_served(paths.MODEL, KNOWLEDGE), strains()[:1]
    root = topology_of(KNOWLEDGE.hierarchy(served.experiment.perturbed), 6).root.name
    shift = {row["term"]: row["shift"] for row in shifts.moved(served, chosen).to_pylist()}
    values, _ = served.predict([*chosen, []])
    assert shift[root] == pytest.approx(values[0] - values[1], abs=1e-5)


def test_subsystems_of_many_strains_go_into_a_table_or_a_drawing(inside, tmp_path):
    path = tmp_path / "strains.csv"
    path.write_text("knockouts\n" + "".join(";".join(genes) + "\n" for genes in strains()))
    out = ["--csv", str(path), "--out", str(tmp_path / "answers.csv")]
    predicted(*out, "--subsystems", str(tmp_path / "moved.csv"))
    rows = list(csv.DictReader((tmp_path / "moved.csv").open()))
    assert list(rows[0]) == ["knockouts", "term", "name", "shift"]
    assert {row["knockouts"] for row in rows} == {";".join(sorted(genes)) for genes in strains()}
    predicted(*out, "--subsystems", str(tmp_path / "moved.svg"))
    picture = (tmp_path / "moved.svg").read_text()
    assert "Which subsystems does the strain move?" in picture
    largest = max(rows, key=lambda row: abs(float(row["shift"])))
    assert largest["term"] in picture


@pytest.mark.parametrize(("name", "strains", "message"), [("a.pdf", 1, "written as .csv"), ("a.svg", 13, "at most 12")])
def test_a_file_that_can_not_be_made_is_refused_first(tmp_path, name, strains, message):
    path = tmp_path / "strains.csv"
    path.write_text("knockouts\n" + "YAL001C\n" * strains)
    with pytest.raises(KnockonError, match=message):
        predicted("--csv", str(path), "--subsystems", str(tmp_path / name))


def test_a_model_without_subsystems_says_so():
    served = SimpleNamespace(model=SimpleNamespace(subsystems=None), experiment=SimpleNamespace(model="boosted"))
    with pytest.raises(KnockonError, match=r"\(boosted\) has no subsystems.*yeast\.train\.model=dcell"):
        shifts.moved(served, [["YAL001C"]])


def test_names_that_no_stage_wrote_say_what_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KnockonError, match="dvc repro yeast_networks"):
        term_names()


def test_the_loaded_model_ranks_as_the_trained_one_did(inside):
    """What is beside the model came from these weights."""
    states = pq.read_table(paths.MODEL / STATES).to_pylist()
    served = load_served(paths.MODEL, KNOWLEDGE)
    served.model.subsystems.write_states(inside / "again.parquet", served.genotypes([states[0]["genes"]]))
    again = {row["term"]: row["state"] for row in pq.read_table(inside / "again.parquet").to_pylist()}
    for row in states:
        if row["strain"] == 0:
            assert np.allclose(again[row["term"]], row["state"], atol=1e-5)
