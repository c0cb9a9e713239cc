"""params.yaml is checked as a whole: what is wrong is named, with its value, and with what it must be."""

import inspect
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from knockon.commands.demo import OVERRIDES, merged
from knockon.dataset.cellstate.splits import SPLITS as CELL_SPLITS
from knockon.dataset.variants import NONSENSE, SPLITS
from knockon.errors import KnockonError
from knockon.losses.contrastive import POSITIVES
from knockon.losses.registry import LOSSES
from knockon.models import registry
from knockon.models.binding.baselines import Biases
from knockon.models.binding.boosted import Boosted
from knockon.models.binding.dual import HEADS
from knockon.models.binding.dual import LOSSES as DUAL_LOSSES
from knockon.models.binding.encoders import ENCODERS
from knockon.models.binding.network_model import LIKELIHOODS
from knockon.models.binding.sizes import ConvolutionSizes, DualSizes
from knockon.models.cells.autoencoder import AutoencoderSizes
from knockon.models.cells.response import ResponseSettings
from knockon.models.designs.registry import SETTINGS
from knockon.models.networks.joint import JointDesign
from knockon.models.networks.joint_model import WEIGHTINGS
from knockon.models.variants.global_epistasis import NOISES
from knockon.models.variants.improved import Convolutions
from knockon.models.variants.selection import SELECTIONS
from knockon.represent.aggregate import METHODS
from knockon.represent.build import REPRESENTATIONS
from knockon.sources.simulate.affinity import AffinitySimulation
from knockon.sources.simulate.cellstate import CellSimulation
from knockon.sources.simulate.design import DesignSimulation
from knockon.sources.simulate.gfp import GfpSimulation
from knockon.sources.simulate.settings import SimulationSettings
from knockon.stages.affinity import params as affinity
from knockon.stages.affinity import tower_params
from knockon.stages.cellstate import params as cellstate
from knockon.stages.design import params as design
from knockon.stages.design.phenotypes import LEFT_OUT
from knockon.stages.gfp import params as gfp
from knockon.stages.param_kinds import LossName, Trackers, Training
from knockon.stages.params_file import checked, checked_file, params_model, read_yaml
from knockon.stages.yeast import benchmark, benchmark_params
from knockon.stages.yeast import params as yeast
from knockon.stages.yeast.grid_params import TrainingGrid, TrainModelGrids
from knockon.training.settings import TrainingSettings
from knockon.training.trackers import WANDB_MODES, TrackerSettings


@pytest.fixture(scope="module")
def committed(root):
    return read_yaml(root / "params.yaml")


def changed(tree, name, value):
    """A copy of the tree with one value exchanged, or added."""
    copy = deepcopy(tree)
    *sections, last = name.split(".")
    section = copy
    for part in sections:
        section = section[part]
    section[last] = value
    return copy


def test_the_committed_params_and_the_demos_are_right(root, committed):
    assert checked(committed) is committed
    checked(merged(committed, read_yaml(root / OVERRIDES)))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        # unknown
        ("yeast.splits.tset", 0.1, "yeast.splits.tset is unknown; did you mean yeast.splits.test?"),
        ("yeasst", {}, "yeasst is unknown; did you mean yeast?"),
        ("trackers.colour", 1, "trackers.colour is unknown; there are dvclive, wandb, project"),
        ("yeast.joint.model", {"colour": 3}, "yeast.joint.model.colour is unknown; there are hidden, width"),
        ("yeast.joint.weights", {"colour": 2.0}, "yeast.joint.weights.colour is unknown; there are fitness, inter"),
        ("gfp.models.mimoo", {}, "gfp.models.mimoo is unknown; did you mean gfp.models.mimo?"),
        ("gfp.models.base.grid.noise", ["constant"], "gfp.models.base.grid.noise is unknown"),
        ("yeast.own", [{"name": "x", "path": "x", "format": "f", "temprature": 1}], "did you mean yeast.own[0].temp"),
        (
            "yeast.train.grids.quick.bilinear",
            {"training.epoch": [3]},
            "quick.bilinear.training.epoch is unknown; did you mean yeast.train.grids.quick.bilinear.training.epochs?",
        ),
        ("affinity.models.boosted.settings.depth", 3, "affinity.models.boosted.settings.depth is unknown"),
        ("affinity.models.dual_joint.settings.threshold", 7.0, "settings.threshold is unknown"),
        ("affinity.train.runs", ["davis"], "affinity.train.runs[0] is 'davis'"),
        ("affinity.train.models", ["boosted", "forest"], "affinity.train.models[1] is 'forest'"),
        # missing
        ("yeast.own", [{"name": "x", "path": "x"}], "yeast.own[0].format is missing"),
        # types
        ("yeast.splits.seed", "1", "yeast.splits.seed is '1'; it must be a whole number"),
        ("yeast.splits.seed", True, "yeast.splits.seed is true; it must be a whole number"),
        ("yeast.dataset.reconstruct", "yes", "yeast.dataset.reconstruct is 'yes'; it must be true or false"),
        ("yeast.dataset.temperature", "warm", "yeast.dataset.temperature is 'warm'; it must be a number"),
        ("yeast.benchmark.sizes", [1000, 2.5], "yeast.benchmark.sizes[1] is 2.5; it must be a whole number"),
        ("yeast.joint", [], "yeast.joint is []; it must be a section of settings"),
        ("gfp.models.base.patience", "none", "gfp.models.base.patience is 'none'; it must be a whole number or null"),
        ("yeast.simulate.genes", None, "yeast.simulate.genes is null; it must be a whole number"),
        # ranges
        ("yeast.splits.test", 1.5, "yeast.splits.test is 1.5; it must be below 1"),
        ("yeast.simulate.genes", 50, "yeast.simulate.genes is 50; it must be 100 or more"),
        ("yeast.joint.balance", -0.1, "yeast.joint.balance is -0.1; it must be 0 or more"),
        ("yeast.dataset.size", 0, "yeast.dataset.size is 0; it must be all or 1 or more"),
        ("yeast.joint.size", "many", "yeast.joint.size is 'many'; it must be all or a whole number"),
        ("yeast.joint.seeds", [], "yeast.joint.seeds is []; it must be a list that is not empty"),
        ("gfp.train.models", [], "gfp.train.models is []; it must be a list that is not empty"),
        ("gfp.models.additive.grid", {"shrinkage": 0.1}, "grid.shrinkage is 0.1; it must be a list"),
        ("gfp.evaluate.levels", [0.5, 1.0], "gfp.evaluate.levels[1] is 1.0; it must be below 1"),
        ("yeast.train.training", {"processes": 0}, "yeast.train.training.processes is 0; it must be 1 or more"),
        ("yeast.evaluate.strong", float("nan"), "yeast.evaluate.strong is NaN; it must be a finite number"),
        # choices
        ("yeast.source", "simulatd", "yeast.source is 'simulatd'; choose one of public, simulated"),
        ("yeast.split", "genes", "yeast.split is 'genes'; choose one of pair, gene"),
        ("yeast.joint.heads", ["fitness", "colour"], "yeast.joint.heads[1] is 'colour'; choose one of fitness, inter"),
        ("yeast.joint.weighting", "best", "choose one of learned, fixed"),
        ("yeast.benchmark.models", ["boosted"], "'boosted'; choose one of elastic_net, svr, random_forest"),
        ("yeast.train.model", "transformer", "choose one of mean, smf_product"),
        ("yeast.embed.representations", ["random_0"], "representations[0] is 'random_0'; choose one of one_hot, codon"),
        ("gfp.train.models", ["transformer"], "gfp.train.models[0] is 'transformer'; choose one of additive, base"),
        ("gfp.models.base.select", "test", "choose one of validation, more_mutations"),
        ("trackers.wandb", "on", "trackers.wandb is 'on'; choose one of disabled, offline, online"),
        # together
        ("yeast.splits.validation", 0.95, "yeast.splits: validation and test add up to 1.05"),
        ("yeast.splits.held_out_genes", 0.9, "yeast.splits: validation_genes and held_out_genes add up to 1"),
        ("yeast.joint.side", ["go", "metabolome"], "yeast.joint.side[1] is 'metabolome'; metabolome is a head"),
        ("yeast.joint.training", {"batch_size": 8}, "yeast.joint.training: give epochs or max_steps"),
        ("yeast.train.loss_options", {"bins": 10}, "yeast.train: loss mse has no option bins; its options: none"),
    ],
)
def test_a_mistake_is_one_sentence(committed, name, value, message):
    with pytest.raises(KnockonError) as raised:
        checked(changed(committed, name, value))
    assert str(raised.value).startswith("params.yaml: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_all_mistakes_of_all_studies_are_told_at_once(committed):
    wrong = changed(changed(changed(committed, "gfp.bright", "high"), "yeast.split", "genes"), "trackers.dvclive", 1)
    del wrong["yeast"]["own"]
    with pytest.raises(KnockonError) as raised:
        checked(wrong)
    heading, *mistakes = str(raised.value).splitlines()
    assert heading == "params.yaml: 4 mistakes"
    assert {mistake.split()[0] for mistake in mistakes} == {
        "gfp.bright",
        "yeast.split",
        "trackers.dvclive",
        "yeast.own",
    }


@pytest.mark.parametrize("tree", [None, [], "yeast"])
def test_a_file_without_sections_is_one_sentence(tree):
    with pytest.raises(KnockonError, match=r"^params\.yaml: the file is .*; it must be a section of settings$"):
        checked(tree)


def test_values_are_left_as_they_stand(committed):
    """A whole number where a number is asked for stays one: checking changes no stage's input."""
    whole = changed(committed, "yeast.dataset.temperature", 30)
    assert type(checked(whole)["yeast"]["dataset"]["temperature"]) is int


def test_yaml_is_read_as_dvc_reads_it(tmp_path):
    from dvc.utils.serialize import load_yaml

    path = tmp_path / "params.yaml"
    path.write_text(
        "rate: 1e-4\nwhole: 1e3\nagreed: yes\nswitch: on\nright: true\nbase: &b {x: 1}\nmore: {<<: *b, y: 010}\n"
    )
    assert read_yaml(path) == {
        "rate": 0.0001,
        "whole": 1000.0,
        "agreed": "yes",
        "switch": "on",
        "right": True,
        "base": {"x": 1},
        "more": {"x": 1, "y": 10},
    }
    assert read_yaml(path) == load_yaml(path)


def test_a_learning_rate_in_powers_of_ten_is_a_number(root, tmp_path):
    path = tmp_path / "params.yaml"
    text = (root / "params.yaml").read_text()
    assert text.count("learning_rate: 0.003\n") == 1
    path.write_text(text.replace("learning_rate: 0.003\n", "learning_rate: 1e-4\n"))
    assert checked(read_yaml(path))["yeast"]["joint"]["training"]["learning_rate"] == 1e-4


@pytest.mark.parametrize("text", ["yeast: [", "yeast: 1\nyeast: 2\n", "yeast: \x00"])
def test_what_is_no_yaml_is_refused_by_name(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(KnockonError, match=r"params\.yaml is not valid YAML"):
        read_yaml(path)


def test_checking_imports_no_science():
    code = (
        "import sys, knockon.stages.params_file as f; f.params_model(); "
        "sys.exit(bool({'torch', 'sklearn', 'pyarrow', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def names(kind):
    return {field.alias or name for name, field in kind.model_fields.items()}


def names_in_order(kind):
    return list(kind.model_fields)


def declared(kind):
    return {field.name for field in fields(kind)}


def arguments(function):
    return set(inspect.signature(function).parameters)


def test_every_study_and_no_other_name_has_a_section(committed):
    assert names(params_model()) == set(committed) == {"yeast", "gfp", "affinity", "cellstate", "design", "trackers"}


def test_the_choices_are_those_of_the_code():
    assert set(get_args(yeast.ModelName)) == set(registry.MODELS)
    assert set(get_args(yeast.Baseline)) == set(registry.BASELINES)
    assert get_args(yeast.BenchmarkModel) == benchmark.MODELS
    assert get_args(yeast.Aggregation) == METHODS
    assert set(get_args(LossName)) == set(yeast.LOSS_OPTIONS) == set(LOSSES)
    assert set(get_args(gfp.NetworkGrid.model_fields["loss"].annotation)[0].__args__) == set(LOSSES)
    assert set(get_args(yeast.Joint.model_fields["weighting"].annotation)) == set(WEIGHTINGS)
    assert names(yeast.HeadWeights) == set(get_args(yeast.HeadName))
    assert get_args(gfp.Model.model_fields["select"].annotation) == SELECTIONS
    assert get_args(gfp.Study.model_fields["nonsense"].annotation) == NONSENSE
    assert get_args(gfp.Noise) == NOISES
    assert names(gfp.Seeds) == set(SPLITS)
    assert names(gfp.Models) == set(get_args(gfp.ModelName))
    assert names(cellstate.Models) == set(get_args(cellstate.ModelName))
    assert names(design.Models) == set(get_args(design.ModelName))
    assert set(get_args(design.Group)) == set(LEFT_OUT)
    assert get_args(cellstate.SplitName) == CELL_SPLITS == tuple(names_in_order(cellstate.FoldNumbers))
    assert names(affinity.Models) == set(get_args(affinity.ModelName))
    # Vectors are given by a stage, not chosen in params.yaml.
    assert set(get_args(tower_params.EncoderName)) == set(ENCODERS) - {"vectors"}
    assert set(get_args(affinity.Likelihood)) == set(LIKELIHOODS)
    for setting, choices in {"loss": DUAL_LOSSES, "head": HEADS, "positives": POSITIVES}.items():
        assert get_args(affinity.DualSettings.model_fields[setting].annotation) == choices
    assert get_args(Trackers.model_fields["wandb"].annotation) == WANDB_MODES
    for name in REPRESENTATIONS:
        assert benchmark_params._known_representation(name) == name


def test_the_settings_are_those_of_the_code():
    assert names(Training) == declared(TrainingSettings)
    assert names(Trackers) == declared(TrackerSettings) - {"config"}
    assert names(yeast.Simulation) == declared(SimulationSettings)
    assert names(affinity.Simulation) == declared(AffinitySimulation)
    assert names(cellstate.Simulation) == declared(CellSimulation)
    assert names(design.Phenotypes) == declared(DesignSimulation)
    for kind in ("nearest", "ridge", "gp", "boosted", "blend"):
        assert names(getattr(design, f"{kind.capitalize()}Settings")) == set(SETTINGS[kind])
    assert names(cellstate.AutoencoderSettings) == declared(AutoencoderSizes)
    assert names(cellstate.Knockouts) == declared(ResponseSettings)
    assert names(gfp.Simulation) == declared(GfpSimulation)
    assert names(gfp.Convolutions) == declared(Convolutions)
    assert names(affinity.DualSettings) == declared(DualSizes) - {"threshold"}
    assert names(affinity.ConvolutionSettings) == declared(ConvolutionSizes)
    assert names(affinity.BiasesSettings) == arguments(Biases) - {"kind"}
    assert names(affinity.BoostedSettings) == arguments(Boosted)
    for grid, settings in (
        (affinity.DualGrid, affinity.DualSettings),
        (affinity.ConvolutionGrid, affinity.ConvolutionSettings),
        (affinity.BoostedGrid, affinity.BoostedSettings),
        (affinity.BiasesGrid, affinity.BiasesSettings),
    ):
        varied = {name for name in names(grid) if not name.startswith("training.")}
        assert varied <= names(settings)
        assert {name.removeprefix("training.") for name in names(grid) - varied} <= names(Training)
    assert names(yeast.JointNetwork) == arguments(JointDesign) - {"representation"}
    for name, options in yeast.LOSS_OPTIONS.items():
        assert set(options) == arguments(LOSSES[name]) - {"heads", "outputs"}, name
    assert {name.removeprefix("training.") for name in names(TrainingGrid)} <= names(Training)


@pytest.mark.parametrize("model", sorted(names(TrainModelGrids)))
def test_a_grid_varies_what_its_model_may_be_told(model):
    module, _, attribute = registry.MODELS[model].partition(":")
    builder = getattr(__import__(module, fromlist=[attribute]), attribute)
    grid = TrainModelGrids.model_fields[model].annotation
    assert {name for name in names(grid) if not name.startswith("training.")} == set(builder.__kwdefaults__)


def test_a_setting_that_dvc_changes_leaves_a_file_that_is_read(tmp_path):
    """DVC writes the whole file anew for `dvc exp run -S`; a comment between the name of a list and its first item,
    where the list is used again elsewhere, makes that no YAML.
    """
    from dvc.utils.hydra import apply_overrides

    ours, path = Path(__file__).resolve().parents[2] / "params.yaml", tmp_path / "params.yaml"
    shutil.copyfile(ours, path)
    apply_overrides(path, ["yeast.train.model=svr"])
    before, after = checked_file(ours), checked_file(path)
    assert after["yeast"]["train"]["model"] == "svr"
    assert {name: after[name] for name in after if name != "yeast"} == {
        name: before[name] for name in before if name != "yeast"
    }
