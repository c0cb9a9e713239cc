"""The affinity study's models on a small simulated set: fits, choices, what is served, scores; a stop loses nothing."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.models.supervised import SupervisedTask
from knockon.represent.storage import read_representation, write_representation
from knockon.serving.affinity import load_served
from knockon.stages.affinity import dataset, embed, evaluate, paths, sources, split, train, train_vectors
from knockon.stages.affinity.model_runs import for_split
from knockon.stages.affinity.named_runs import NamedTables
from knockon.stages.affinity.runs import PREDICTION_SCHEMA, SEED_SCHEMA, binder_of
from knockon.stages.affinity.scores import by_run
from knockon.stages.affinity.sections import result_rows, sections
from knockon.stages.stage import Params
from knockon.training.signals import TrainingStopped
from tests.stages.interrupting import interrupted

TRAINING = {"epochs": 3, "batch_size": 64, "learning_rate": 0.01, "warmup_steps": 5}
SMALL = {
    "affinity": {
        "source": "simulated",
        "simulate": {"ligands": 60, "proteins": 60, "complexes": 300},
        "train": {
            "models": ["biases", "ligand_only", "nearest_analogue", "boosted", "dual_joint"],
            "runs": ["davis/published", "davis/cold_protein"],
            "served": "davis/published",
            "headlined": ["davis/published"],
        },
        "vectors": {
            "representations": ["ecfp", "esm2"],
            "runs": ["davis/published", "davis/cold_protein"],
            "seeds": [2],
            "settings": {"width": 16, "projection": 8},
            "training": TRAINING,
        },
        "models": {
            "boosted": {
                "settings": {"rounds": 50, "leaves": 7, "folds": 4},
                "by_split": {"cold_protein": {"hide": ["proteins"]}},
                "seeds": [1, 2, 3],
            },
            "dual_joint": {
                "settings": {"width": 16, "projection": 8},
                "training": TRAINING,
                "grid": {"dropout": [0.0, 0.3]},
                "seeds": [2, 3],
            },
        },
        "evaluate": {
            "baselines": ["ligand_only", "biases"],
            "blend": {"first": "boosted", "others": ["dual_joint"]},
            "resamples": 40,
        },
    }
}
RUNS = [("davis", "published"), ("davis", "cold_protein")]


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


def fit(tree, model):
    train.main(Params(tree, train.PARAMS, model=model), model)


def fit_on_vectors(tree, representation):
    train_vectors.main(Params(tree, train_vectors.PARAMS, representation=representation), representation)


@pytest.fixture(scope="module")
def learnt():
    """Model → the rows of every batch that its undisturbed fits learn; `run` fills it."""
    return {}


@pytest.fixture(scope="module")
def run(root, tree, learnt, tmp_path_factory):
    """The folder in which all stages have run."""
    folder = tmp_path_factory.mktemp("affinity_train")
    shutil.copytree(root / ".dvc" / "plots", folder / ".dvc" / "plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, dataset, split):
            stage.main(Params(tree, stage.PARAMS))
        for model in tree["affinity"]["train"]["models"]:
            with pytest.MonkeyPatch.context() as counted:
                learnt[model] = interrupted(counted, SupervisedTask)
                fit(tree, model)
        for representation in tree["affinity"]["vectors"]["representations"]:
            embed.main(Params(tree, embed.PARAMS), representation)
            fit_on_vectors(tree, representation)
        evaluate.main(Params(tree, evaluate.PARAMS))
    return folder


def read(name):
    return json.loads((paths.METRICS / f"{name}.json").read_text())


def predictions(model):
    return pq.read_table(paths.PREDICTIONS / model / "predictions.parquet")


def products(model):
    """All that the stage writes, by path."""
    folders = (paths.PREDICTIONS / model, paths.MODELS / model)
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_every_validation_and_test_row_is_predicted_under_its_key(inside, tree):
    for model in tree["affinity"]["train"]["models"]:
        table = predictions(model)
        assert table.schema.equals(PREDICTION_SCHEMA)
        for source, name in RUNS:
            stored = pq.read_table(paths.split_of(source))
            for side in ("validation", "test"):
                rows = table.filter(pc.and_(pc.equal(table["split"], name), pc.equal(table["side"], side)))
                assert rows["key"].to_pylist() == stored.filter(pc.equal(stored[name], side))["key"].to_pylist()
                assert pc.all(pc.is_finite(rows["predicted"])).as_py()
                assert rows["other_protein"].null_count == (rows.num_rows if side == "validation" else 0)


def test_models_of_both_sides_find_the_planted_truth_and_need_both(inside):
    scores = read("models")
    for model in ("boosted", "dual_joint"):
        found = scores[model]["davis"]["published"]
        for simple in ("biases", "ligand_only"):
            assert found["mse"] < 0.9 * scores[simple]["davis"]["published"]["mse"], (model, simple)
        assert found["pearson"] > 0.5
        assert found["other_protein_pearson"] < found["pearson"] - 0.3
        assert found["within_pearson"] > 0.3
    ligand_only = scores["ligand_only"]["davis"]["published"]
    assert ligand_only["other_protein_pearson"] == pytest.approx(ligand_only["pearson"])


def test_the_point_of_a_grid_and_the_best_model_are_chosen_on_validation(inside, tree):
    grid = pq.read_table(paths.PREDICTIONS / "dual_joint" / "grid.parquet").to_pylist()
    for source, name in RUNS:
        points = [row for row in grid if row["split"] == name]
        assert len(points) == 2
        assert [row["mse"] for row in points if row["chosen"]] == [min(row["mse"] for row in points)]
        errors = {
            model: found[source][name]["validation"]["mse"]
            for model, found in read("models").items()
            if name in found[source]
        }
        assert read("evaluate")["best"][source][name]["model"] == min(errors, key=lambda model: errors[model])


def test_a_blend_is_never_worse_than_its_parts_on_validation(inside):
    scores = read("models")
    for source, name in RUNS:
        blend = scores["blend"][source][name]
        assert 0 <= blend["made_of"]["share_of_second"] <= 1
        for part in (blend["made_of"]["first"], blend["made_of"]["second"]):
            assert blend["validation"]["mse"] <= scores[part][source][name]["validation"]["mse"] + 1e-9


def test_a_headlined_run_is_fitted_from_every_seed_and_these_are_averaged(inside):
    rows = pq.read_table(paths.PREDICTIONS / "dual_joint" / "seeds.parquet")
    assert rows.schema.equals(SEED_SCHEMA)
    assert pc.unique(rows["split"]).to_pylist() == ["published"], "the other run is not headlined"
    assert pc.unique(rows["seed"]).to_pylist() == [2, 3], "the first seed is not fitted again"
    assert pq.read_table(paths.PREDICTIONS / "biases" / "seeds.parquet").num_rows == 0
    first = by_run(predictions("dual_joint"))["davis", "published"].test
    tested = [first, *(rows.filter((pc.field("seed") == seed) & (pc.field("side") == "test")) for seed in (2, 3))]
    value = first["value"].to_numpy()
    each = [table["predicted"].to_numpy() for table in tested]
    errors = [np.mean((value - one) ** 2) for one in each]
    assert len(set(errors)) == 3
    spread = read("seeds")["dual_joint"]["davis"]["published"]
    assert spread["seeds"] == 3
    assert spread["mse_by_seed"] == pytest.approx(errors, rel=1e-4)
    assert spread["mse_sd"] == pytest.approx(np.std(errors, ddof=1), rel=1e-4)
    ensemble = read("models")["dual_joint_ensemble"]["davis"]["published"]
    assert ensemble["mse"] == pytest.approx(np.mean((value - np.mean(each, axis=0)) ** 2), rel=1e-4)
    assert ensemble["mse"] < spread["mse_mean"], "errors of seeds differ, so that their mean errs less"


def test_a_blend_is_of_means_of_seeds_and_has_a_spread_of_its_own(inside):
    assert read("models")["blend"]["davis"]["published"]["made_of"]["first"] == "boosted_ensemble"
    assert read("models")["blend"]["davis"]["published"]["made_of"]["second"] == "dual_joint_ensemble"
    assert read("models")["blend"]["davis"]["cold_protein"]["made_of"]["first"] == "boosted"
    blend = read("seeds")["blend"]["davis"]["published"]
    assert blend["seeds"] == len(blend["ci_by_seed"]) == 3
    assert blend["pearson_min"] <= blend["pearson_mean"] <= blend["pearson_max"]


def test_headlines_are_few_and_have_intervals(inside):
    found = read("evaluate")
    assert list(found) == ["best", "ligand_only", "biases"]
    for sources_ in found.values():
        for splits in sources_.values():
            for row in splits.values():
                for name in ("mse", "ci", "pearson", "rm2"):
                    assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    best = found["best"]["davis"]["published"]
    difference = best["pearson"] - found["ligand_only"]["davis"]["published"]["pearson"]
    assert best["pearson_over_ligand_only"] == pytest.approx(difference, abs=1e-4)
    assert best["pearson_over_ligand_only_low"] > 0


def test_the_served_model_says_what_the_stage_said_and_its_intervals_hold_on_validation(inside):
    for model in ("boosted", "dual_joint"):
        served, told = load_served(paths.MODELS / model), by_run(predictions(model))["davis", "published"]
        sides = NamedTables().run("davis/published")
        predicted = served.model.predict(sides.pairs("test"))
        assert predicted == pytest.approx(told.test["predicted"].to_numpy(), abs=1e-9)
        learnt = len(sides.pairs("train")) + (len(sides.pairs("validation")) if model == "boosted" else 0)
        assert len(served.pairs) == learnt
        assert served.description.unit == "pK"
        error = np.abs(told.validation["value"].to_numpy() - told.validation["predicted"].to_numpy())
        assert (error <= served.description.quantiles["0.9"]).mean() == pytest.approx(0.9, abs=0.01)


def test_no_label_of_the_test_moves_a_fit(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    table, stored = pq.read_table(paths.MEASUREMENTS), pq.read_table(paths.split_of("davis"))
    tested = stored.filter(pc.equal(stored["published"], "test"))["measurement"].to_numpy()
    values = table["value"].to_numpy().copy()
    values[tested] = 99.0
    place = table.column_names.index("value")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array(values)), paths.MEASUREMENTS)
    only = merged(tree, {"affinity": {"train": {"runs": ["davis/published"]}}})
    for model in ("boosted", "dual_joint"):
        before = by_run(predictions(model))["davis", "published"].test["predicted"]
        fit(only, model)
        assert by_run(predictions(model))["davis", "published"].test["predicted"].equals(before)


def test_a_stopped_stage_goes_on_to_the_same_bytes(inside, tree, learnt, monkeypatch):
    """After more than half of its fits: the old outputs stay, and no batch is learnt twice."""
    whole, undisturbed = products("dual_joint"), learnt["dual_joint"]
    after = int(0.6 * len(undisturbed))
    with monkeypatch.context() as patch:
        first = interrupted(patch, SupervisedTask, after)
        with pytest.raises(TrainingStopped):
            fit(tree, "dual_joint")
    assert products("dual_joint") == whole
    assert paths.fits_of("dual_joint").exists()
    with monkeypatch.context() as patch:
        second = interrupted(patch, SupervisedTask)
        fit(tree, "dual_joint")
    assert products("dual_joint") == whole
    assert not paths.fits_of("dual_joint").exists()
    assert len(undisturbed) <= len(first) + len(second) <= len(undisturbed) + 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("davis/publishd", "the splits of davis are published"),
        ("kiba/published", "kiba is not split"),
    ],
)
def test_a_run_that_is_not_there_is_named(inside, tree, name, message):
    changed = merged(tree, {"affinity": {"train": {"runs": [name]}}})
    before = products("biases")
    with pytest.raises(KnockonError, match=message):
        fit(changed, "biases")
    assert products("biases") == before
    shutil.rmtree(paths.fits_of("biases"), ignore_errors=True)


def test_a_source_without_a_threshold_is_named(tree):
    changed = {
        **tree,
        "affinity": {**tree["affinity"], "train": {**tree["affinity"]["train"], "binders": {"kiba": 12.1}}},
    }
    params = Params(changed, train.PARAMS, model="biases")
    with pytest.raises(KnockonError, match="binders: davis is missing; there are kiba"):
        binder_of("davis", params)


def test_a_model_is_fitted_on_its_own_runs_and_on_the_served_one(tree):
    params = Params(tree, train.PARAMS, model="boosted")
    assert train.runs_of({"runs": ["davis/cold_protein"]}, params) == ["davis/cold_protein", "davis/published"]
    assert train.runs_of({"runs": ["kiba/published"]}, params) == ["davis/published"]
    assert train.runs_of({}, params) == ["davis/published", "davis/cold_protein"]


def test_a_split_may_have_settings_of_its_own():
    section = {
        "kind": "boosted",
        "settings": {"rounds": 9},
        "runs": ["davis/published"],
        "by_split": {"cold": {"folds": 3}},
    }
    assert for_split(section, "cold") == {"kind": "boosted", "settings": {"rounds": 9, "folds": 3}}
    assert for_split(section, "published") == {"kind": "boosted", "settings": {"rounds": 9}}


def test_a_model_is_fitted_again_where_its_section_says_so(inside, tree, tmp_path, monkeypatch):
    """On validation pairs as well; what it said of these before, by which it is chosen, stays."""
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    again = by_run(predictions("boosted"))["davis", "published"]
    once = merged(tree, {"affinity": {"train": {"runs": ["davis/published"]}, "models": {"boosted": {"refit": False}}}})
    fit(once, "boosted")
    before = by_run(predictions("boosted"))["davis", "published"]
    assert before.validation.equals(again.validation)
    assert not before.test["predicted"].equals(again.test["predicted"])
    refitted = merged(once, {"affinity": {"models": {"biases": {"refit": True}}}})
    with pytest.raises(KnockonError, match="biases is not fitted again"):
        fit(refitted, "biases")


def test_served_settings_stand_in_the_order_of_their_names(inside):
    text = (paths.MODELS / "dual_joint" / "served.json").read_text()
    told = json.loads(text)
    assert list(told["settings"]) == sorted(told["settings"])
    assert list(told["training"]) == sorted(told["training"])


def test_a_tower_on_fixed_vectors_reads_them_and_nothing_else_of_that_side(inside, tree, tmp_path, monkeypatch):
    """On ECFP as vectors it does what it does on ECFP as its own features; on random vectors it does not."""
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    table = predictions("dual_ecfp")
    assert table.schema.equals(PREDICTION_SCHEMA)
    assert set(by_run(table)) == set(RUNS)
    own = {"kind": "dual", **{name: tree["affinity"]["vectors"][name] for name in ("settings", "training")}}
    fit(merged(tree, {"affinity": {"models": {"dual_joint": {**own, "grid": {"dropout": [0.3]}}}}}), "dual_joint")
    one = by_run(predictions("dual_joint"))["davis", "published"].test["predicted"].to_numpy()
    on_vectors = by_run(table)["davis", "published"].test["predicted"].to_numpy()
    assert on_vectors == pytest.approx(one, abs=1e-5)
    found = read_representation(paths.EMBEDDINGS / "ecfp.parquet")
    random = np.random.default_rng(0).normal(size=(len(found.names), 8)).astype(np.float32)
    write_representation(paths.EMBEDDINGS / "ecfp.parquet", replace(found, matrix=random))
    fit_on_vectors(tree, "ecfp")
    other = by_run(predictions("dual_ecfp"))["davis", "published"].test["predicted"].to_numpy()
    assert np.abs(other - one).max() > 0.05


def test_a_tower_on_fixed_vectors_stands_among_the_models_with_its_seeds(inside):
    assert read("seeds")["dual_ecfp"]["davis"]["published"]["seeds"] == 2
    assert {split for splits in read("models")["dual_ecfp"].values() for split in splits} == {
        "published",
        "cold_protein",
    }
    assert "dual ecfp" in {row[2] for row in result_rows(inside)}
    assert not (paths.MODELS / "dual_ecfp").exists()
    assert not paths.fits_of("dual_ecfp").exists()


def test_vectors_that_were_skipped_are_a_model_without_a_row(inside, tree, capsys):
    fit_on_vectors(tree, "esm2")
    assert "skipped dual_esm2" in capsys.readouterr().err
    assert predictions("dual_esm2").num_rows == 0
    assert "dual_esm2" not in read("models")


def test_the_report_has_every_model_and_run(inside):
    rows = result_rows(inside)
    assert {row[:2] for row in rows} >= {("davis", "published"), ("davis", "cold protein")}
    assert {row[2] for row in rows} >= {"boosted", "dual joint", "blend", "ligand only"}
    data, results, language = sections(inside)
    assert len({data.title, results.title, language.title}) == 3
