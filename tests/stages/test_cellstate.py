"""The cellstate stages from a simulated compendium to metrics and plots, at a small size; a stop loses nothing."""

import json
import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.models.cells.registry import build
from knockon.models.supervised import SupervisedTask
from knockon.sources.registry import select
from knockon.stages.cellstate import (
    cohorts,
    compendia,
    dataset,
    doubles,
    evaluate,
    knockouts,
    paths,
    regulators,
    responses,
    sources,
    split,
    train,
    transfer,
)
from knockon.stages.cellstate.sections import model_rows, sections
from knockon.stages.stage import Params
from knockon.training.signals import TrainingStopped
from tests.stages.interrupting import interrupted

TRAINING = {"max_steps": 60, "batch_size": 32, "validation_steps": 20, "learning_rate": 0.003}
SMALL = {
    "cellstate": {
        "source": "simulated",
        "simulate": {"genes": 200, "regulators": 16, "regulon": 15, "studies": 8, "conditions": 3},
        "split": {"folds": {"study": 4, "sample": 4, "knockout": 4}},
        "train": {"models": ["mean", "nearest", "pca_50", "operons_50", "skip"]},
        "models": {
            "pca_50": {"settings": {"width": 5}},
            "operons_50": {"splits": ["study"], "settings": {"width": 5}},
            "skip": {"settings": {"widths": [16, 5]}, "training": TRAINING},
        },
        "knockouts": {"rounds": 30},
        "evaluate": {"resamples": 50},
        "regulators": {
            "least": 3,
            "permutations": 50,
            "planted": {
                "world": {"genes": 250, "regulators": 20, "pairs": 4, "samples": 200, "studies": 8, "push": 2.0},
                "seeds": [1],
                "curves": {"noise": [2.0], "samples": [60], "wrong": [0.5]},
                "curve_seeds": [1],
                "permutations": 3,
            },
            "resamples": 50,
        },
        "responses": {"sets": []},
        "transfer": {
            "cohorts": ["studies"],
            "sizes": [12, 1000],
            "draws": 2,
            "width": 5,
            "networks": {"autoencoder": {"widths": [16, 5]}, "skip": {"widths": [16, 5]}},
            "pretraining": TRAINING,
            "training": TRAINING,
            "fine_tuning": TRAINING,
            "resamples": 50,
        },
    }
}


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


def fit(tree, model):
    train.main(Params(tree, train.PARAMS, model=model), model)


@pytest.fixture(scope="module")
def run(root, tree, tmp_path_factory):
    """The folder in which all stages have run."""
    folder = tmp_path_factory.mktemp("cellstate")
    shutil.copytree(root / ".dvc" / "plots", folder / ".dvc" / "plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, dataset, split):
            stage.main(Params(tree, stage.PARAMS))
        for model in tree["cellstate"]["train"]["models"]:
            fit(tree, model)
        for stage in (knockouts, evaluate, cohorts, regulators, responses, compendia, transfer, doubles):
            stage.main(Params(tree, stage.PARAMS))
    return folder


def read(name):
    return json.loads((paths.METRICS / f"{name}.json").read_text())


def test_the_store_holds_what_the_file_holds_but_single_cells(inside):
    store, told = ExpressionStore(paths.STORE), read("dataset")
    assert told["samples"] == len(store) == 8 * 3 * 4
    assert told["single_cell_samples_left_out"] > 0
    assert told["scale"] == "counts"
    assert told["knockouts_by_match"] == {"same study and strain": told["knockouts"]}
    assert told["knockouts_of_one_gene"] < told["knockouts"] == 24
    levels = np.exp2(store.values.astype(np.float64)) - 1
    np.testing.assert_allclose(levels.sum(axis=1), 1e6, rtol=1e-3)


def test_every_sample_is_tested_once_in_every_split_and_no_study_leaks(inside):
    store = ExpressionStore(paths.STORE)
    for name in ("study", "sample", "knockout"):
        table = pq.read_table(paths.PREDICTIONS / "mean" / "samples.parquet")
        tested = table.filter(pc.and_(pc.equal(table["split"], name), pc.equal(table["side"], "test")))
        assert sorted(tested["sample"].to_pylist()) == sorted(store.samples["sample"].to_pylist())
    leaks = {name: found["tested_samples_of_a_study_trained_on"] for name, found in read("split").items()}
    assert leaks["study"] == 0
    assert leaks["sample"] == len(store)


def test_the_gene_mean_scores_0_and_models_find_the_network(inside):
    models = read("evaluate")["models"]
    assert models["mean"]["study"]["centred"] == pytest.approx(0, abs=1e-6)
    assert models["mean"]["study"]["pooled"] > 0.5
    assert models["pca_50"]["study"]["centred"] > 0.3
    assert models["pca_50"]["study"]["hidden"] > 0.2
    # Replicates leak where samples are split.
    assert models["nearest"]["sample"]["centred"] > models["nearest"]["study"]["centred"] + 0.1
    skip = models["skip"]["study"]
    assert skip["against"]["model"] == "pca_50"
    assert skip["validation"] >= models["pca_50"]["study"]["validation"] - 1e-6
    assert skip["against"]["difference_low"] <= skip["against"]["difference"] <= skip["against"]["difference_high"]


def test_scores_by_level_add_up(inside):
    models = read("evaluate")
    found = models["levels"]["models"]
    assert set(found) == set(models["models"])
    known = [each for each in found["pca_50"] if each["centred"] is not None]
    assert sum(each["genes"] for each in found["pca_50"]) == pytest.approx(200)
    scores = [each["centred"] for each in known]
    assert min(scores) <= models["models"]["pca_50"]["study"]["centred"] <= max(scores)
    assert all(each["centred"] == pytest.approx(0, abs=1e-6) for each in found["mean"] if each["centred"] is not None)
    # So few genes have no gene of a single read: reads are not known again, and no limit is claimed.
    assert read("dataset")["samples_whose_reads_are_known"] == 0
    assert {each["hidden_limit"] for each in known} == {None}
    assert "limit of counting" not in (paths.PLOTS / "levels.csv").read_text()


def test_a_compendium_is_worth_something_to_a_cohort_of_few_samples(inside):
    found = read("transfer")["studies"]
    assert set(found) == {"12"}
    models = found["12"]
    assert models["mean"]["centred"] == pytest.approx(0, abs=1e-6)
    assert models["pca_both"]["centred"] > models["pca"]["centred"]
    assert models["autoencoder_tuned"]["centred"] > 0
    for name in ("skip", "autoencoder"):
        tuned, scratch = models[f"{name}_tuned"], models[f"{name}_scratch"]
        gained = tuned[f"over_{name}_scratch"]["difference"]
        assert gained == pytest.approx(tuned["centred"] - scratch["centred"], abs=1e-6)
    assert models["skip_tuned"]["over_draws"] >= 0
    table = pq.read_table(paths.TRANSFER)
    tested = pc.count_distinct(table["sample"]).as_py()
    assert 30 < tested <= len(ExpressionStore(paths.STORE))


def test_the_best_model_is_chosen_by_validation(inside):
    found = read("evaluate")
    scores = {model: splits["study"]["validation"] for model, splits in found["models"].items()}
    assert found["best"]["study"] == max(scores, key=scores.get)
    best = found["models"][found["best"]["study"]]["study"]
    assert read("scores")["cells_r2"] == pytest.approx(best["centred"], abs=1e-4)


def test_knock_outs_are_told_better_with_the_regulon_than_without(inside):
    found = read("evaluate")["knockouts"]
    assert found["mean_response"]["signed_r_over_mean_response"]["difference"] == 0
    assert found["response"]["auroc"] > 0.6
    assert found["response"]["signed_r"] > found["mean_response"]["signed_r"]
    assert 0.5 < found["response"]["covered"] <= 1


def test_planted_drivers_pairs_and_deleted_regulators_are_found(inside):
    found = read("regulators")
    assert found["drivers_moves"] > max(found["drivers_ulm_inferred"], found["drivers_own_transcript"], 0.5)
    assert found["drivers_chance"] == 0.1
    assert found["pairs_found"] >= 3
    assert found["pairs_claimed_where_additive"] == 0
    # A regulator that was knocked out is among the first of its own samples.
    assert found["deleted_moves"] < 0.2
    assert read("responses") == read("doubles") == {}
    told = pq.read_table(paths.REGULATORS / "deletions.parquet")
    assert set(told["method"].to_pylist()) == {"moves", "moves_untrusted", "ulm", "viper"}


def test_the_kept_model_is_that_of_the_first_fold(inside, tree):
    section = tree["cellstate"]["models"]["skip"]
    model = build(section["kind"], section["settings"], section["training"])
    model.load(paths.MODELS / "skip")
    fold = pq.read_table(paths.SPLITS)["study"].to_numpy()
    store = ExpressionStore(paths.STORE)
    rows = np.flatnonzero(fold == 0)
    error = ((model.reconstruct(store.take(rows)) - store.take(rows)) ** 2).sum()
    table = pq.read_table(paths.PREDICTIONS / "skip" / "samples.parquet")
    wanted = table.filter(pc.and_(pc.and_(pc.equal(table["split"], "study"), pc.equal(table["side"], "test")),
                                  pc.equal(table["fold"], 0)))  # fmt: skip
    assert error == pytest.approx(wanted["residual"].to_numpy().sum(), rel=1e-4)


def test_the_public_files_are_those_that_the_stage_reads():
    assert [source.path for source in select("cellstate", list(sources._TAKEN))] == [
        f"cellstate/precise/{name}.csv" for name in ("log_tpm", "metadata", "gene_info", "TRN")
    ]


def test_the_report_shows_the_study(inside):
    text = "\n".join(part.html() for section in sections(inside) for part in section.parts)
    assert "mean response" in text
    assert text.count("<svg") == 6
    assert "limit of counting" in text
    assert "skip tuned" in text
    assert "cooperative pairs" in text
    assert {row[0] for row in model_rows(inside)} == {"mean", "nearest", "pca 50", "operons 50", "skip"}


def test_a_stop_loses_no_fold_and_changes_no_byte(inside, tree, monkeypatch):
    def products():
        folders = (paths.PREDICTIONS / "skip", paths.MODELS / "skip")
        return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}

    before = products()
    with monkeypatch.context() as patch:
        interrupted(patch, SupervisedTask, after=100)
        with pytest.raises(TrainingStopped):
            fit(tree, "skip")
    assert products() == before
    assert paths.fits_of("skip").exists()
    fit(tree, "skip")
    assert products() == before
    assert not paths.fits_of("skip").exists()
