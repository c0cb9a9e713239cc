"""The avGFP stages from a planted landscape to metrics, plots and the command line, at a small size."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from knockon.api.gfp import GfpStudy
from knockon.commands.demo import merged
from knockon.commands.main import app
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.landscape import CALIBRATION
from knockon.models.supervised import SupervisedTask
from knockon.serving import gfp_question as predict
from knockon.serving.gfp import load_served
from knockon.stages.gfp import dataset, embed, evaluate, paths, sources, split, train
from knockon.stages.gfp.sections import result_rows, sections
from knockon.stages.stage import Params
from knockon.training.signals import TrainingStopped
from tests.stages.interrupting import interrupted

SMALL = {
    "gfp": {
        "source": "simulated",
        "simulate": {"variants": 2500, "residues": 30},
        "embed": {"representations": ["one_hot", "mutations", "esm2_tokens", "unirep64"]},
        "train": {
            "models": ["additive", "base", "mimo_published", "global_epistasis"],
            "seeds": {"imbalanced": [1, 2], "balanced": [1]},
        },
        "models": {
            "base": {"grid": {"learning_rate": [0.01], "loss": ["mse", "huber"]}, "epochs": 3, "batch_size": 64},
            "mimo_published": {
                "grid": {"learning_rate": [0.01], "loss": ["mse"]},
                "epochs": 1,
                "batch_size": 64,
                "sizes": {"embedding": 4, "channels": 4, "hidden": 8},
            },
            "global_epistasis": {
                "grid": {"shrinkage": [2.0], "noise": ["constant", "heteroscedastic"], "learning_rate": [0.03]},
                "epochs": 15,
                "batch_size": 64,
            },
        },
        "evaluate": {"resamples": 50},
    }
}


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


@pytest.fixture(scope="module")
def run(root, tree, tmp_path_factory):
    """The folder in which all stages have run."""
    folder = tmp_path_factory.mktemp("gfp")
    shutil.copytree(root / ".dvc" / "plots", folder / ".dvc" / "plots")
    # What tells a clone from any other folder.
    (folder / "dvc.yaml").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage, arguments in (
            (sources, [()]),
            (dataset, [()]),
            (split, [()]),
            (embed, [(name,) for name in tree["gfp"]["embed"]["representations"]]),
            (train, [(name,) for name in tree["gfp"]["train"]["models"]]),
            (evaluate, [()]),
        ):
            for given in arguments:
                stage.main(Params(tree, stage.PARAMS, model="".join(given)), *given)
    return folder


@pytest.fixture
def metrics(inside):
    return json.loads((inside / paths.METRICS / "evaluate.json").read_text())


def ask(*arguments):
    """`knockon predict gfp …`."""
    return CliRunner().invoke(app, ["predict", "gfp", *arguments])


def reference(folder):
    return pq.read_schema(folder / paths.VARIANTS).metadata[b"reference"].decode()


def test_the_study_from_python(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = GfpStudy(run)
    stored = study.split("imbalanced")
    train = study.vectors("train", representation="mutations")
    vector, brightness, barcodes = train[0]
    first = np.flatnonzero(stored == "train")[0]
    assert len(train) == (stored == "train").sum()
    assert brightness == pytest.approx(study.variants.brightness[first], rel=1e-6)
    assert barcodes == study.variants.barcodes[first]
    assert vector.dtype.is_floating_point
    assert (study.split("balanced", seed=99) != study.split("balanced")).any()
    test = np.flatnonzero(stored == "test")
    answers = study.model().predict([study.variants.names[row] for row in test])
    low, high = answers["low"].to_numpy(), answers["high"].to_numpy()
    assert 0.5 < ((low <= study.variants.brightness[test]) & (study.variants.brightness[test] <= high)).mean() <= 1
    with pytest.raises(KnockonError, match="unirep64: was not built"):
        study.vectors("train", representation="unirep64")


def test_the_imbalanced_split_trains_on_few_mutations(inside):
    summary = json.loads((inside / paths.METRICS / "split.json").read_text())
    assert max(map(int, summary["imbalanced"]["train"]["by_mutations"])) == 3
    assert min(map(int, summary["imbalanced"]["test"]["by_mutations"])) == 4
    assert max(map(int, summary["balanced"]["train"]["by_mutations"])) > 3
    sizes = {name: [parts[part]["variants"] for part in parts] for name, parts in summary.items()}
    assert sizes["imbalanced"] == sizes["balanced"]


def test_dvc_is_told_the_error_of_the_model_that_validation_chooses(inside, metrics):
    best = metrics[min(metrics, key=lambda name: metrics[name]["imbalanced"]["validation"]["mse"])]["imbalanced"]
    scores = json.loads((inside / paths.METRICS / "scores.json").read_text())
    wanted = {"gfp_mse": "mse", "gfp_low": "mse_low", "gfp_high": "mse_high", "gfp_noise": "noise_mse"}
    assert scores == {name: pytest.approx(best[score], abs=1e-4) for name, score in wanted.items()}


def test_every_model_has_scores_on_both_splits(metrics):
    assert set(metrics) >= {"additive", "additive_monotone", "base", "mimo_published", "global_epistasis_ensemble"}
    for name, splits in metrics.items():
        for scheme in ("imbalanced", "balanced"):
            found = splits[scheme]
            assert found["mse_low"] <= found["mse"] <= found["mse_high"], name
            assert -1 <= found["spearman"] <= 1
            assert found["train"]["n"] > found["validation"]["n"]
            assert set(found["intervals"]) == {"0.5", "0.8", "0.9", "0.95"}
            assert sum(group["n"] for group in found["by_mutations"].values()) == found["n"]
    assert len(metrics["base"]["imbalanced"]["mse_seeds"]) == 2
    assert metrics["mimo_published"]["imbalanced"]["diversity"]["spread"] > 0
    assert metrics["base"]["imbalanced"]["diversity"] is None


def test_the_planted_kind_of_landscape_is_best_fitted_by_its_own_model(metrics):
    best = next(iter(metrics))
    assert best.startswith("global_epistasis")
    assert metrics[best]["imbalanced"]["mse"] < 0.8 * metrics["additive"]["imbalanced"]["mse"]
    errors = [splits["imbalanced"]["mse"] for splits in metrics.values()]
    assert errors == sorted(errors)


def test_intervals_of_more_mutations_are_made_from_a_step_to_one_more(inside, metrics):
    """The rows that make them are of a fit that saw none of them; those of the other split are validation's."""
    table = pq.read_table(paths.PREDICTIONS / "base" / "predictions.parquet")
    own = table.filter(pc.equal(table["split"], CALIBRATION))
    assert set(own["scheme"].to_pylist()) == {"imbalanced"}
    assert set(own["perturbed"].to_pylist()) == {2, 3}
    assert set(own["key"].to_pylist()).isdisjoint(
        table.filter(pc.and_(pc.equal(table["split"], "test"), pc.equal(table["scheme"], "imbalanced")))[
            "key"
        ].to_pylist()
    )
    for splits in metrics.values():
        shares = splits["imbalanced"]["coverage_by_mutations"]
        assert shares
        assert set(shares) <= set(splits["imbalanced"]["by_mutations"])


def test_beside_every_score_stands_what_noise_allows(metrics):
    for name, splits in metrics.items():
        for found in splits["imbalanced"], splits["balanced"]:
            assert 0 < found["noise_mse"] < found["mse"], name
            assert 0 < found["pearson"] <= found["ceiling_pearson"] < 1, name


def test_the_report_and_the_terminal_show_every_model(inside, metrics):
    rows = result_rows(inside)
    assert {row[0].replace(" ", "_") for row in rows} == set(metrics)
    assert len(rows) == 2 * len(metrics)
    page = "".join(part.html() for section in sections(inside) for part in section.parts)
    assert page.count("<svg") == 7
    assert all(row[2] in page for row in rows)


def test_absent_weights_are_skipped_with_their_reason(inside, metrics):
    assert "no UniRep weights" in metrics["base"]["representations"]["unirep64"]["skipped"]
    assert "gfp.embed.representations" in metrics["base"]["representations"]["esm2"]["skipped"]
    assert metrics["base"]["representations"]["one_hot"]["chosen"]


def test_every_plot_is_drawn(inside):
    names = {path.stem for path in (inside / paths.PLOTS).glob("*.csv")}
    assert names == {"mutations", "brightness", "models", "error", "coverage", "loss_curves", "predicted_vs_measured"}
    assert {path.stem for path in (inside / paths.PLOTS).glob("*.svg")} == names


def test_training_again_gives_the_same_bytes(inside, tree, tmp_path):
    folder = inside / paths.PREDICTIONS / "global_epistasis"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    weights = (inside / paths.MODELS / "global_epistasis" / "imbalanced" / "seed-1.safetensors").read_bytes()
    train.main(Params(tree, train.PARAMS, model="global_epistasis"), "global_epistasis")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    again = (inside / paths.MODELS / "global_epistasis" / "imbalanced" / "seed-1.safetensors").read_bytes()
    assert again == weights


def products(model):
    """All that the stage writes, by path."""
    folders = (paths.PREDICTIONS / model, paths.MODELS / model)
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("model", "after"), [("base", 3), ("base", 150), ("mimo_published", 30)])
def test_a_stopped_run_keeps_its_fits_and_goes_on_to_the_same_bytes(inside, tree, monkeypatch, model, after):
    """In the first fit, and after several: the old outputs stay, and no batch is learnt twice."""
    params, whole = Params(tree, train.PARAMS, model=model), products(model)
    with monkeypatch.context() as patch:
        undisturbed = interrupted(patch, SupervisedTask)
        train.main(params, model)
    assert products(model) == whole
    assert not paths.fits_of(model).exists()
    assert after < len(undisturbed)
    with monkeypatch.context() as patch:
        first = interrupted(patch, SupervisedTask, after)
        with pytest.raises(TrainingStopped):
            train.main(params, model)
    assert products(model) == whole
    assert list(paths.fits_of(model).iterdir())
    shutil.rmtree(paths.MODELS / model)
    with monkeypatch.context() as patch:
        second = interrupted(patch, SupervisedTask)
        train.main(params, model)
    assert products(model) == whole
    assert not paths.fits_of(model).exists()
    # A loader may have fetched a batch that was not learnt any more.
    assert len(undisturbed) <= len(first) + len(second) <= len(undisturbed) + 2


def test_a_fit_of_the_grid_that_is_one_of_the_seeds_is_not_repeated(inside, tree, monkeypatch):
    """`grid_epochs: null`, chosen on validation: the chosen point's fit is that of the first seed.

    One fit more, on fewer variants, is what the intervals of the imbalanced split are made from.
    """
    points, seeds, steps = 2, 3, 1
    learnt = interrupted(monkeypatch, SupervisedTask)
    train.main(Params(tree, train.PARAMS, model="base"), "base")
    known = (pq.read_table(paths.SPLITS)["imbalanced"].to_numpy() == "train").sum()
    assert len(learnt) <= (points + seeds - 1 + steps) * 3 * -(-known // 64)


@pytest.mark.parametrize("model", ["additive", "global_epistasis", "mimo_published"])
def test_no_label_of_the_test_moves_a_fit(model, inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    before = pq.read_table(paths.PREDICTIONS / model / "predictions.parquet")
    table, parts = pq.read_table(paths.VARIANTS), pq.read_table(paths.SPLITS)["imbalanced"].to_numpy()
    spoiled = np.where(parts == "test", 5.0 - table["brightness"].to_numpy(), table["brightness"].to_numpy())
    place = table.schema.get_field_index("brightness")
    pq.write_table(table.set_column(place, table.schema.field(place), [spoiled]), paths.VARIANTS)
    train.main(Params(tree, train.PARAMS, model=model), model)
    after = pq.read_table(paths.PREDICTIONS / model / "predictions.parquet")
    imbalanced = np.array(before["scheme"].to_pylist()) == "imbalanced"
    assert before.filter(imbalanced)["predicted"].equals(after.filter(imbalanced)["predicted"])


def test_an_unknown_model_or_representation_is_one_message(inside, tree):
    with pytest.raises(KnockonError, match=r"gfp\.models\.transformer is missing"):
        train.main(Params(tree, train.PARAMS, model="transformer"), "transformer")
    with pytest.raises(KnockonError, match="unknown 'esm3'"):
        embed.main(Params(tree, embed.PARAMS), "esm3")


def test_predictions_come_with_an_interval(inside):
    protein = reference(inside)
    variant = f"{protein[3]}3{'A' if protein[3] != 'A' else 'G'}"
    result = ask("--mutations", variant, "--mutations", "", "--level", "0.8")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "80% interval" in lines[0]
    assert lines[1].startswith(variant)
    assert lines[2].startswith("wild type")
    low, high = (float(text) for text in lines[1].split("[")[1].rstrip("] ").split(","))
    assert low < float(lines[1].split()[1]) < high


def test_served_predictions_are_those_of_the_evaluation(inside):
    table = pq.read_table(inside / paths.PREDICTIONS / "global_epistasis" / "predictions.parquet")
    chosen = (table["model"].to_numpy() == "global_epistasis_ensemble") & (table["scheme"].to_numpy() == "imbalanced")
    expected = table.filter(chosen)["predicted"].to_numpy()[:50]
    names = pq.read_table(inside / paths.VARIANTS)["variant"].to_pylist()[:50]
    served = load_served(inside / paths.MODELS / "global_epistasis" / "imbalanced")
    asked = predict.question(served.description, names, 0.9)
    found = [row["brightness"] for row in predict.predict(served, asked)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{w}0B", "'B' is not a residue"),
        ("J0A", "'J' is not a residue"),
        ("{w}400A", "position 400 is out of range; the protein has positions 0 to 29"),
        ("{x}0A", "position 0 is {w}, not {x}"),
        ("A23", "'3' is not a residue"),
        ("A", "is no mutation"),
        ("{w}-1A", "is no mutation"),
        ("{w}²A", "is no mutation"),
        ("{w}0A:{w}0G", "mutated twice"),
        ("nonsense", "is no mutation"),
    ],
)
def test_what_is_no_variant_of_this_protein_is_refused_by_name(inside, text, message):
    wild_type = reference(inside)[0]
    other = "W" if wild_type != "W" else "C"
    words = {"w": wild_type, "x": other}
    result = ask("--mutations", text.format(**words))
    assert isinstance(result.exception, KnockonError)
    assert message.format(**words) in str(result.exception)


def test_a_mistake_is_told_without_loading_a_network(inside):
    """PyTorch takes seconds to import; what is asked is checked against served.json alone."""
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from knockon.commands.predict.gfp import predict_gfp\n"
        "import typer\n"
        "app = typer.Typer()\n"
        "app.command()(predict_gfp)\n"
        "found = CliRunner().invoke(app, ['--mutations', 'J0A'])\n"
        "print(type(found.exception).__name__, 'torch' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert told.stdout.split() == ["KnockonError", "False"]


def test_a_damaged_model_is_one_message(inside, tmp_path):
    folder = tmp_path / "imbalanced"
    shutil.copytree(inside / paths.MODELS / "global_epistasis" / "imbalanced", folder)
    weights = folder / "seed-1.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(FormatError, match="damaged"):
        load_served(folder)
    (folder / "served.json").write_text('{"reference": "SKG"}')
    with pytest.raises(FormatError, match="damaged"):
        load_served(folder)


def test_counting_from_one_is_recognised(inside):
    protein = reference(inside)
    place = next(n for n in range(len(protein) - 1) if protein[n] != protein[n + 1])
    result = ask("--mutations", f"{protein[place]}{place + 1}{'A' if protein[place] != 'A' else 'G'}")
    assert f"{protein[place]} is at {place}: positions are counted from 0" in str(result.exception)


def test_other_levels_and_missing_models_are_clear_errors(inside, tmp_path):
    assert "intervals of 0.5, 0.8, 0.9, 0.95" in str(ask("--mutations", "", "--level", "0.99").exception)
    (tmp_path / "dvc.yaml").touch()
    assert "dvc repro" in str(ask("--mutations", "", "--directory", str(tmp_path)).exception)
    assert "choose one of imbalanced, balanced" in str(ask("--mutations", "", "--trained-on", "other").exception)
