"""The affinity study's tasks on a simulated set: what was planted is found, not by controls; leaks are kept out."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.dataset.affinity.groups import words
from knockon.dataset.affinity.ligands import read_molecules
from knockon.dataset.affinity.screens import SCREEN_SCHEMA
from knockon.errors import KnockonError
from knockon.models.binding.complex_ranking import selection
from knockon.models.supervised import SupervisedTask
from knockon.stages.affinity import dataset, paths, screening, sources, split, tasks
from knockon.stages.affinity.runs import Tables
from knockon.stages.affinity.task_sections import task_sections
from knockon.stages.stage import Params
from knockon.training.signals import TrainingStopped
from tests.stages.interrupting import interrupted

SIZES = {"width": 32, "projection": 16, "dropout": 0.0}
SMALL = {
    "affinity": {
        "source": "simulated",
        "simulate": {"ligands": 60, "proteins": 60, "complexes": 1500},
        "tasks": {
            "shared": {
                "settings": SIZES,
                "training": {"batch_size": 128, "learning_rate": 0.01, "warmup_steps": 5},
                "resamples": 60,
            },
            "retrieval": {
                "selection": 60,
                "binder": 6.5,
                "epochs": [20],
            },
            "screening": {"binder": 6.0, "training": {"epochs": 15}},
            "batch_sizes": {
                "run": "pdbbind2016/published",
                "selection": 60,
                "sizes": [16, 128],
                "part": 32,
                "samples": 2000,
                "judged": 16,
                "binder": 6.0,
            },
            "few_labels": {
                "labels": [5, 20],
                "repeats": 2,
                "binder": 6.5,
                "training": {"epochs": 8, "batch_size": 128},
            },
        },
    }
}
RETRIEVAL = {
    "splits": {"published": 0.9},
    "models": {"regression": {"loss": "regression"}, "joint": {"loss": "joint", "weight": 0.3}},
}


@pytest.fixture(scope="module")
def tree(root):
    whole = merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)
    # Of the dictionaries of params.yaml these are laid over, not merged.
    whole["affinity"]["tasks"]["retrieval"] |= RETRIEVAL
    return whole


def plant_screens():
    """Four proteins as targets: a ligand with a group that one of its pockets likes is active, the others decoys."""
    truth = [pq.read_table(paths.RAW / "truth" / f"{side}s.parquet") for side in ("ligand", "protein")]
    groups = [np.column_stack([table[name] for name in table.column_names[1:]]) > 0 for table in truth]
    ligands, proteins = pq.read_table(paths.LIGANDS), pq.read_table(paths.PROTEINS)
    keys = read_molecules(truth[0]["smiles"].to_pylist()).keys
    ligand = pc.index_in(pa.array(keys), value_set=ligands["ligand"].combine_chunks()).to_numpy()
    protein = pc.index_in(truth[1]["sequence"].cast(pa.large_string()), value_set=proteins["sequence"].combine_chunks())
    rows = []
    for target in (0, 14, 28, 42):
        fits = (groups[0] & groups[1][target]).sum(axis=1)
        rows += [
            {
                "target": f"t{target}",
                "protein": protein[target].as_py(),
                "ligand": int(ligand[one]),
                "active": bool(fits[one]),
            }
            for one in range(len(ligand))
        ]
    rows.append({"target": "unknown", "protein": None, "ligand": 0, "active": True})
    pq.write_table(pa.Table.from_pylist(rows, SCREEN_SCHEMA), paths.SCREEN)


@pytest.fixture(scope="module")
def run(root, tree, tmp_path_factory):
    """The folder in which the stages have run."""
    folder = tmp_path_factory.mktemp("affinity_tasks")
    shutil.copytree(root / ".dvc" / "plots", folder / ".dvc" / "plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, dataset, split):
            stage.main(Params(tree, stage.PARAMS))
        plant_screens()
        tasks.main(Params(tree, tasks.PARAMS))
    return folder


def read(name):
    return json.loads((paths.METRICS / f"{name}.json").read_text())


def products():
    return {path: path.read_bytes() for folder in (paths.METRICS, paths.PLOTS) for path in folder.iterdir()}


def test_towers_find_the_ligands_of_a_protein_and_controls_do_not(inside):
    found = read("retrieval")["published"]
    rankings = found["rankings"]
    assert list(rankings) == ["look_up", "regression", "joint", "look_up_and_tower", "random_protein", "random_ligand"]
    best = rankings["look_up_and_tower"]["tower"]
    assert rankings[best]["any_mrr"] > rankings["random_ligand"]["any_mrr"] + 0.1
    assert rankings[best]["any_mrr"] > rankings["random_protein"]["any_mrr"] + 0.1
    for row in rankings.values():
        for name in ("own_top1", "own_mrr", "any_top1", "any_top10", "any_mrr"):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        assert row["any_top1"] >= row["own_top1"]
    difference = rankings["joint"]["any_top1"] - rankings["look_up"]["any_top1"]
    assert rankings["joint"]["any_top1_over_look_up"] == pytest.approx(difference, abs=1e-4)


def test_settings_are_chosen_without_relatives_of_those_asked(inside):
    sides = Tables().run("pdbbind2016/published")
    train, validation = sides.pairs("train"), sides.pairs("validation")
    for share in (0.9, 0.2):
        inner, asked = selection(train, validation, share, 30, 1)
        assert 0 < len(inner) < len(train)
        assert 30 <= len(asked) <= len(validation)
        texts = [[pairs.proteins[place] for place in np.unique(pairs.protein)] for pairs in (inner, asked)]
        held = words(pa.array(texts[0] + texts[1])).toarray()
        one, other = held[: len(texts[0])], held[len(texts[0]) :]
        smaller = np.minimum(one.sum(axis=1)[:, None], other.sum(axis=1))
        assert ((one @ other.T) / smaller).max() < share


def test_planted_actives_are_found_by_their_pocket(inside):
    found = read("screening")
    assert list(found["targets"]) == ["t0", "t14", "t28", "t42"], "a target without a protein is left out"
    rankings = found["related"]["rankings"]
    for name in ("regression", "joint"):
        assert rankings[name]["auroc"] > 0.7
        assert rankings[name]["auroc"] > rankings["no_protein"]["auroc"] + 0.1
        assert rankings[name]["auroc"] > rankings[f"{name}_random_protein"]["auroc"] + 0.1
    row = rankings["joint"]
    assert row["auroc"] == pytest.approx(np.mean([each["auroc"] for each in row["targets"].values()]), abs=1e-4)
    assert row["auroc_low"] <= row["auroc"] <= row["auroc_high"]


def test_what_is_known_of_a_target_is_kept_out(inside, tree):
    screens = screening.read_screens(10**6, 1)
    train = Tables().run("pdbbind2016/published").pairs("train")
    left = screening.unrelated(train, screens, 0.2, 0.99)
    named = {left.proteins[place] for place in left.protein}
    assert not named & set(screens.proteins)
    assert not {left.ligands[place] for place in left.ligand} & set(screens.actives)
    assert read("screening")["unrelated"]["training_complexes"] < read("screening")["related"]["training_complexes"]
    with pytest.raises(KnockonError, match="every training pair is like"):
        screening.unrelated(train, screens, 0.2, 0.01)


def test_every_batch_size_sees_as_many_samples(inside):
    found = read("batch_sizes")
    assert [(row["batch_size"], row["steps"], row["parts"]) for row in found["rows"]] == [(16, 125, 1), (128, 15, 4)]
    for row in found["rows"]:
        assert row["training_loss_relative"] == pytest.approx(
            row["training_loss"] / np.log(row["batch_size"]), rel=1e-4
        )
        assert row["training_loss_relative"] < 1.0
        assert row["learning_rate"] == 0.001
    assert len(pq.read_table(paths.LIGANDS)) >= found["candidates"]
    header = (paths.PLOTS / "batch_sizes.csv").read_text().splitlines()[0]
    assert header.replace('"', "") == "panel,batch_size,value,low,high"
    assert (paths.PLOTS / "batch_sizes.svg").read_text().startswith("<svg")


def test_labels_of_a_new_protein_help(inside):
    found = read("few_labels")
    rows = {(row["labels"], row["way"]): row for row in found["rows"]}
    assert (0, "labels_alone") not in rows
    for way in ("regression", "joint"):
        assert rows[20, way]["mse"] < 0.97 * rows[0, way]["mse"]
        assert rows[20, way]["ci"] > rows[0, way]["ci"]
    assert rows[20, "labels_alone"]["mse"] < rows[5, "labels_alone"]["mse"]
    row = rows[5, "joint"]
    assert row["mse_over_alone"] == pytest.approx(row["mse"] - rows[5, "labels_alone"]["mse"], abs=1e-4)
    assert row["penalty"] in (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


def test_without_a_screen_the_task_says_so(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    pq.write_table(SCREEN_SCHEMA.empty_table(), paths.SCREEN)
    assert screening.screen(tasks.section_of(Params(tree, tasks.PARAMS), "screening"), None) == {}


def test_a_stopped_stage_goes_on_to_the_same_bytes(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    whole = products()
    monkeypatch.setattr(tasks, "TASKS", {"batch_sizes": tasks.TASKS["batch_sizes"]})
    with monkeypatch.context() as patch:
        interrupted(patch, SupervisedTask, 150)
        with pytest.raises(TrainingStopped):
            tasks.main(Params(tree, tasks.PARAMS))
    assert products() == whole
    tasks.main(Params(tree, tasks.PARAMS))
    assert products() == whole
    assert not paths.fits_of("tasks").exists()


def test_the_report_has_a_table_of_every_task(inside, tmp_path):
    (section,) = task_sections(inside)
    tables = [part for part in section.parts if hasattr(part, "rows")]
    assert len(tables) == 4
    for table in tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
    assert task_sections(tmp_path) == ()
