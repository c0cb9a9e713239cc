"""The design stages of single deletions, from a simulated screen to metrics and plots, at a small size."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
import yaml

from knockon.atomic import write_parquet
from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.models.designs.feature_files import write_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.registry import build
from knockon.sources.simulate.genome import write_genome
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.world import make_world
from knockon.stages.design import evaluate, features, paths, sources, train
from knockon.stages.design.headline import headline_scores, sentence
from knockon.stages.design.phenotypes import BETAXANTHIN, LEFT_OUT, OF_SIZE, collect, names_of, read_wanted, wanted
from knockon.stages.design.sections import model_rows, phenotype_section
from knockon.stages.stage import Params

SIZE = {"genes": 400, "seed": 4, "pairs": 100}
MODELS = ["mean", "fitness", "nearest", "ridge", "blend"]
SMALL = {
    "yeast": {"simulate": SIZE},
    "design": {
        "source": "simulated",
        "simulate": {"phenotypes": {"noise": 0.5, "confounding": 0.5}},
        "train": {"models": MODELS, "folds": 3},
        "models": {
            "mean": {"groups": ["betaxanthin", "literature", "growth"]},
            "nearest": {"groups": ["betaxanthin", "metabolome", "literature", "growth"]},
            "ridge": {"groups": ["betaxanthin", "growth"]},
            "fitness": {"groups": ["betaxanthin"]},
            "blend": {"settings": {"members": {"nearest": {}, "gp": {"tuned": 100, "steps": 5}}}},
        },
        "evaluate": {"resamples": 40},
    },
}


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


def planted_features():
    """What would be known of the simulated genes: their modules, fitness, and two amino acids."""
    world = make_world(SimulationSettings(**SIZE))
    planted, genes = world.planted, tuple(world.genes.systematic.tolist())
    ones = np.ones(len(planted.member_gene), np.float32)
    modules = sp.csr_matrix((ones, (planted.member_gene, planted.member_module)), shape=(len(genes), planted.modules))
    order = np.argsort(genes)
    random = np.random.default_rng(0)
    amino_acids = (modules @ random.normal(size=(planted.modules, 2)) + 0.3 * random.normal(size=(len(genes), 2)))[
        order
    ]
    fitness = np.where(planted.essential, np.nan, 1 + 0.1 * random.normal(size=len(genes)))[order]
    names = ("fitness/t26", "fitness/t30", "metabolome/alanine", "metabolome/tyrosine", "locus/place")
    values = np.column_stack([fitness, fitness, amino_acids, np.arange(len(genes)) * 3.0]).astype(np.float32)
    return world, GeneFeatures(tuple(sorted(genes)), names, values, {"complex": sp.csr_matrix(modules[order])})


@pytest.fixture(scope="module")
def run(root, tree, tmp_path_factory):
    """The folder in which all stages have run; of features, those that a test plants."""
    folder = tmp_path_factory.mktemp("design")
    shutil.copytree(root / ".dvc" / "plots", folder / ".dvc" / "plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        sources.main(Params(tree, sources.PARAMS))
        world, known = planted_features()
        write_genome(paths.GENE_NAMES.parent, world)
        write_features(paths.FEATURES, known, {})
        phenotypes, rejects = collect(known, 8)
        write_parquet(paths.PHENOTYPES, phenotypes)
        write_parquet(paths.REJECTED, rejects)
        for model in MODELS:
            train.main(Params(tree, train.PARAMS, model=model), model)
        evaluate.main(Params(tree, evaluate.PARAMS))
    return folder


def found():
    return json.loads((paths.METRICS / "evaluate.json").read_text())


def test_phenotypes_are_one_value_a_gene(inside):
    table = read_wanted()
    assert names_of(table, ["betaxanthin", "metabolome", "growth"]) == [
        BETAXANTHIN,
        OF_SIZE,
        "alanine",
        "tyrosine",
        "growth",
    ]
    keys = list(zip(table["phenotype"].to_pylist(), table["gene"].to_pylist(), strict=True))
    assert len(set(keys)) == len(keys)
    rejects = pq.read_table(paths.REJECTED)
    assert {"gene 0: the place on the plate that holds no strain", "the wild type, no deletion"} <= set(
        rejects["reason"].to_pylist()
    )
    with pytest.raises(KnockonError, match="no wanted phenotype 'tyrosin'; did you mean tyrosine"):
        wanted(table, (), "tyrosin")


def test_without_size_the_planted_effect_comes_out(inside):
    truth = pq.read_table(paths.RAW / "truth" / "betaxanthin.parquet").to_pylist()
    effect = {row["gene"]: row["effect"] for row in truth}
    size = {row["gene"]: row["size"] for row in truth}
    rs = {}
    for name in (BETAXANTHIN, OF_SIZE):
        rows = read_wanted().filter(pa.compute.equal(read_wanted()["phenotype"], name)).to_pylist()
        value = [row["value"] for row in rows]
        rs[name] = [np.corrcoef(value, [known[row["gene"]] for row in rows])[0, 1] for known in (effect, size)]
    assert rs[OF_SIZE][0] > rs[BETAXANTHIN][0]
    assert abs(rs[OF_SIZE][1]) < 0.1 < abs(rs[BETAXANTHIN][1])


def test_no_model_is_told_the_block_of_its_phenotype():
    """Where this fails: a group of phenotypes needs a line in LEFT_OUT that names the block it is in."""
    # And of amino acids not by the place on the genome, which is one on a plate of the collection, too.
    assert set(LEFT_OUT["metabolome"]) == {"metabolome", "locus"}
    assert set(LEFT_OUT["literature"]) == {"literature"}
    assert set(LEFT_OUT["growth"]) == {"fitness", "growth"}


def test_models_are_fitted_without_the_block_of_their_phenotype(inside, tree, monkeypatch):
    seen = {}

    def spy(section, asked, rows, known, seed):
        seen.setdefault(asked.group, set()).update(known.blocks)
        return fitted(section, asked, rows, known, seed)

    fitted = train.fitted
    monkeypatch.setattr(train, "fitted", spy)
    monkeypatch.setattr(train.paths, "PREDICTIONS", inside / "spied")
    monkeypatch.setattr(train.paths, "MODELS", inside / "spied_models")
    train.main(Params(tree, train.PARAMS, model="nearest"), "nearest")
    assert seen["betaxanthin"] == {"fitness", "metabolome", "locus", "complex"}
    assert seen["metabolome"] == {"fitness", "complex"}
    assert seen["growth"] == {"metabolome", "locus", "complex"}


def test_held_out_genes_are_told_beyond_the_baselines(inside):
    scores = found()["screened"][OF_SIZE]
    assert scores["blend"]["pearson"] > 0.3
    assert scores["blend"]["pearson"] > scores["fitness"]["pearson"] + 0.1
    assert scores["mean"]["pearson"] == 0
    assert scores["mean"]["auroc"] == 0.5
    assert 0.8 < scores["blend"]["covered_90"] < 0.97
    assert scores["blend"]["pearson_low"] < scores["blend"]["pearson"] < scores["blend"]["pearson_high"]
    assert 0.8 < found()["ceiling"][BETAXANTHIN] < 1
    assert found()["others"]["metabolome"]["nearest"]["phenotypes"] == 2
    assert found()["others"]["metabolome"]["nearest"]["pearson"] > 0.3


def test_every_gene_is_told_once_by_a_model_that_did_not_see_it(inside):
    table = pq.read_table(paths.PREDICTIONS / "nearest.parquet")
    assert pa.compute.count_distinct(table["fold"]).as_py() == 3
    own = table.filter(pa.compute.equal(table["phenotype"], BETAXANTHIN))
    assert pa.compute.count_distinct(own["gene"]).as_py() == own.num_rows


def test_the_kept_fit_knows_what_was_measured(inside):
    model = build("ridge", {})
    model.load(paths.MODELS / "ridge" / BETAXANTHIN)
    asked = wanted(read_wanted(), model.genes, BETAXANTHIN)
    told = model.predict(asked.measured(model.genes, np.arange(len(asked.genes))).strains)
    assert np.corrcoef(told.mean, asked.values)[0, 1] > 0.9


def test_the_report_and_the_headline_say_it(inside):
    assert set(headline_scores(found())) == {"design_r", "design_p50"}
    assert "ceiling" in sentence(found())
    assert [row[0] for row in model_rows(inside) if row[1] == "betaxanthin"] == [*MODELS[:-1], "gp", "boosted", "blend"]
    assert phenotype_section(inside).title == "Strain design: phenotypes of genes that nobody measured"
    assert (paths.PLOTS / "models.svg").read_text().startswith("<svg")


def test_equal_inputs_give_equal_bytes(inside, tree):
    before = {
        path: path.read_bytes() for path in (paths.PREDICTIONS / "blend.parquet", paths.METRICS / "evaluate.json")
    }
    train.main(Params(tree, train.PARAMS, model="blend"), "blend")
    evaluate.main(Params(tree, evaluate.PARAMS))
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_dense_block_without_a_value_is_left_out():
    names, values = features.assembled(
        {
            "a": (("x",), np.full((3, 1), np.nan, np.float32)),
            "b": (("y", "z"), np.ones((3, 2), np.float32)),
            "c": ((), np.ones((3, 0), np.float32)),
        }
    )
    assert names == ("b/y", "b/z")
    assert values.shape == (3, 2)


def test_a_member_of_two_blends_keeps_what_it_told_for_both(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for blend, phenotype in (("trio", "tyrosine"), ("blend", BETAXANTHIN)):
        rows = {"model": [blend, "boosted"], "phenotype": [phenotype] * 2, "told": [1.0, 2.0]}
        write_parquet(paths.PREDICTIONS / f"{blend}.parquet", pa.table(rows))
    found = evaluate.by_model(["trio", "blend"])
    assert found["boosted"]["phenotype"].to_pylist() == ["tyrosine", BETAXANTHIN]
    assert {name: table.num_rows for name, table in found.items()} == {"boosted": 2, "trio": 1, "blend": 1}


def test_a_phenotype_that_two_blends_told_is_counted_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for blend, phenotypes in (("trio", ["tyrosine"]), ("blend", [BETAXANTHIN, "tyrosine"])):
        rows = {"model": ["boosted"] * len(phenotypes) + [blend], "phenotype": [*phenotypes, "tyrosine"]}
        write_parquet(paths.PREDICTIONS / f"{blend}.parquet", pa.table(rows | {"told": [1.0] * len(rows["model"])}))
    found = evaluate.by_model(["trio", "blend"])
    assert found["boosted"]["phenotype"].to_pylist() == ["tyrosine", BETAXANTHIN]


def test_what_the_blend_gains_is_of_the_phenotypes_that_the_trio_told_too():
    random = np.random.default_rng(2)
    genes, value = [f"G{place}" for place in range(60)], random.normal(size=60)
    noise = {"trio": 2.0, "blend": 0.1}
    rows = {"gene": genes * 2, "phenotype": ["alanine"] * 60 + ["tyrosine"] * 60, "value": np.tile(value, 2)}
    tables = {
        model: pa.table(rows | {"told": rows["value"] + random.normal(size=120) * much})
        for model, much in noise.items()
    }
    tables["blend"] = pa.concat_tables(
        [tables["blend"], pa.table({"gene": genes, "phenotype": [BETAXANTHIN] * 60, "value": value, "told": value})]
    )
    groups = {BETAXANTHIN: "betaxanthin", "alanine": "metabolome", "tyrosine": "metabolome", "growth": "growth"}
    found = evaluate.over_trio(tables, groups, Resampling(40))
    assert list(found) == ["metabolome"]
    gain = found["metabolome"]
    assert 0 < gain["difference_low"] < gain["difference"] < gain["difference_high"]
    assert (gain["better"], gain["worse"]) == (2, 0)
    assert evaluate.over_trio({"blend": tables["blend"]}, groups, Resampling(40)) == {}
