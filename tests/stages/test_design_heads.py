"""design_heads on planted amino acids: all who tell are judged on the same deletions, and our fits see no other."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
import yaml

from knockon.atomic import write_parquet
from knockon.commands.demo import merged
from knockon.dataset.joint_split import profile_sides
from knockon.dataset.splits import TEST, TRAIN
from knockon.dataset.wanted import WANTED_SCHEMA
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.joint import joint_schema
from knockon.graph.profiles import PROFILE_STRAIN_SCHEMA, PROFILE_VALUE_SCHEMA
from knockon.models.designs.feature_files import write_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.stages.design import heads, paths, train
from knockon.stages.design.heads import ALIKE, SAME
from knockon.stages.design.heads_sections import HEAD_COLUMNS, head_rows, heads_section
from knockon.stages.design.paired_scores import scores_of
from knockon.stages.stage import Params
from knockon.stages.yeast.paths import JOINT, PROFILES
from tests.models.designs.toy import GENES, NAMES, singles, toy

AMINO_ACIDS = ("alanine", "tyrosine")
SEEDS = (1, 2)
SMALL = {
    "design": {
        "models": {"nearest": {"groups": ["metabolome"]}},
        "train": {"folds": 3},
        "heads": {"models": ["nearest"], "fitted": "nearest", "resamples": 60},
    },
    "yeast": {"joint": {"seeds": list(SEEDS)}, "splits": {"held_out_genes": 0.2, "validation_genes": 0.1}},
}
UNIT = "z-score of the level"


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL)


def planted():
    """Features with a block of amino acids, and the amino acids, float64 (genes, 2)."""
    known, effect = toy()
    values = np.column_stack([effect, -effect + np.random.default_rng(5).normal(size=GENES)])
    network = sp.csr_matrix(known.links["complex"])[:, :8].toarray()
    names = (*(f"metabolome/{name}" for name in AMINO_ACIDS), *(f"network/{place}" for place in range(8)))
    joined = np.column_stack([known.values, values, network]).astype(np.float32)
    return GeneFeatures(NAMES, (*known.names, *names), joined, known.links), values


def write_profiles(values):
    ids = [f"{place + 1:016x}" for place in range(GENES)]
    strains = {"id": ids, "phenotype": ["metabolome"] * GENES, "gene": NAMES, "kind": ["deletion"] * GENES}
    strains |= {"dataset": ["planted"] * GENES, "measured": [2] * GENES, "temperature": [30.0] * GENES}
    strains |= {name: [""] * GENES for name in ("publication", "strain", "media", "allele")}
    write_parquet(PROFILES / "strains.parquet", pa.table(strains).select(PROFILE_STRAIN_SCHEMA.names))
    rows = {"id": ids * 2, "component": np.repeat(AMINO_ACIDS, GENES), "value": values.T.ravel()}
    write_parquet(PROFILES / "values-0000.parquet", pa.table(rows | {"unit": [UNIT] * len(ids) * 2}))
    assert rows.keys() | {"unit"} == set(PROFILE_VALUE_SCHEMA.names)


def write_wanted(values):
    columns = {"phenotype": np.repeat(AMINO_ACIDS, GENES), "group": ["metabolome"] * GENES * 2, "gene": NAMES * 2}
    rows = pa.table(columns | {"value": values.T.ravel(), "error": pa.nulls(GENES * 2, pa.float64())})
    for name in set(WANTED_SCHEMA.names) - set(rows.column_names):
        rows = rows.append_column(name, pa.array([1] * rows.num_rows).cast(WANTED_SCHEMA.field(name).type))
    write_parquet(paths.PHENOTYPES, rows.select(WANTED_SCHEMA.names).cast(WANTED_SCHEMA))


def sides(tree):
    splits = tree["yeast"]["splits"]
    held_out = {"validation": splits["validation_genes"], "test": splits["held_out_genes"]}
    shares = {name: splits[name] for name in ("validation", "test")}
    return profile_sides(singles(NAMES, np.arange(GENES)), held_out, shares, splits["seed"])


def write_network(tree, values):
    """A network that tells the test strains a little; of the first of them it has seen the gene."""
    test = np.flatnonzero(sides(tree) == TEST)
    place, component = (each.ravel() for each in np.meshgrid(test, np.arange(2), indexing="ij"))
    noise = np.random.default_rng(6)
    told = {
        f"{arm}_{seed}": values[place, component] + 4 * noise.normal(size=len(place))
        for arm in ("alone", "joint")
        for seed in SEEDS
    }
    columns = {
        "head": pa.repeat("metabolome", len(place)),
        "component": pa.array(np.array(AMINO_ACIDS)[component]),
        "key": (place + 1).astype(np.uint64),
        "perturbed": np.ones(len(place), np.int32),
        "seen": (place == test[0]).astype(np.int32),
        "unit_a": place.astype(np.int32),
        "unit_b": place.astype(np.int32),
        "value": values[place, component],
    }
    schema = joint_schema(SEEDS)
    write_parquet(JOINT, pa.table(columns | told).select(schema.names).cast(schema))


@pytest.fixture(scope="module")
def run(tree, tmp_path_factory):
    """The folder in which the stage has run."""
    folder = tmp_path_factory.mktemp("heads")
    features, values = planted()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_features(paths.FEATURES, features, {})
        write_profiles(values)
        write_wanted(values)
        write_network(tree, values)
        train.main(Params(tree, train.PARAMS, model="nearest"), "nearest")
        heads.main(Params(tree, heads.PARAMS))
    return folder


def found():
    return json.loads((paths.METRICS / "heads.json").read_text())


def test_all_tell_the_same_deletions(inside, tree):
    read, side = found(), sides(tree)
    test = int((side == TEST).sum())
    assert 20 < test < GENES / 2
    assert read["strains"]["test"] == read["genes"]["all"] == read["genes"]["unseen"] + 1 == test
    assert list(read["told"]["all"]) == ["alone", "joint", ALIKE, SAME, "nearest"]
    assert read["learnt_from"] == dict.fromkeys(("alone", "joint", ALIKE, SAME), int((side == TRAIN).sum())) | {
        "nearest": 200
    }


def test_what_tells_more_is_surely_over_the_head(inside):
    told = found()["told"]["all"]
    assert told["joint"]["pearson"] < 0.5 < told[SAME]["pearson"]
    gain = told[SAME]["gain"]
    assert gain["difference"] == pytest.approx(told[SAME]["pearson"] - told["joint"]["pearson"], abs=1e-5)
    assert 0 < gain["difference_low"] < gain["difference"] < gain["difference_high"]
    assert "gain" not in told["joint"]
    assert set(found()["amino_acids"]) == set(AMINO_ACIDS)
    assert np.mean([each["nearest"] for each in found()["amino_acids"].values()]) == pytest.approx(
        told["nearest"]["pearson"], abs=1e-5
    )


def test_the_mean_of_seeds_tells_more_than_one(inside):
    assert found()["one_seed"]["joint"] < found()["told"]["all"]["joint"]["pearson"]


def test_our_fits_are_shown_the_networks_strains_and_of_blocks_what_they_may(inside, tree, monkeypatch):
    seen = []

    def spy(section, asked, rows, known, seed):
        seen.append((set(asked.genes[rows].tolist()), set(known.blocks)))
        return train.fitted(section, asked, rows, known, seed)

    monkeypatch.setattr(heads, "fitted", spy)
    before = (paths.METRICS / "heads.json").read_bytes()
    heads.main(Params(tree, heads.PARAMS))
    assert (paths.METRICS / "heads.json").read_bytes() == before
    assert all(genes == set(np.flatnonzero(sides(tree) == TRAIN).tolist()) for genes, _ in seen)
    alike, everything = {"network", "complex"}, {"fitness", "sequence", "network", "complex"}
    assert [blocks for _, blocks in seen] == [alike, alike, everything, everything]


@pytest.mark.parametrize("kept", [1, 0])
def test_predictions_of_another_split_are_an_error_that_says_what_to_run(inside, tree, tmp_path, monkeypatch, kept):
    rows = pq.read_table(JOINT)
    monkeypatch.setattr(heads, "JOINT", tmp_path / "joint.parquet")
    write_parquet(heads.JOINT, rows.slice(2) if kept else rows.filter(pa.compute.equal(rows["component"], "alanine")))
    with pytest.raises(KnockonError, match="dvc repro yeast_joint"):
        heads.main(Params(tree, heads.PARAMS))


def test_a_model_that_tells_no_amino_acid_is_named(inside):
    with pytest.raises(KnockonError, match="nearest tells no glycine; add metabolome to its groups"):
        heads.told_in_folds("nearest", NAMES, ["alanine", "glycine"])


def test_gains_are_of_the_same_draws():
    random = np.random.default_rng(0)
    values = random.normal(size=(80, 3))
    weak = values + 3 * random.normal(size=values.shape)
    scores = scores_of(values, {"head": weak, "same": 2 * weak + 1, "all": values}, "head", Resampling(50))
    gain = scores["same"]["gain"]
    assert (gain["difference"], gain["better"], gain["worse"]) == (pytest.approx(0, abs=1e-12), 0, 0)
    assert gain["difference_high"] - gain["difference_low"] == pytest.approx(0, abs=1e-9)
    assert scores["all"]["gain"]["better"] == 3
    assert scores_of(values, {"head": values, "weak": weak}, "head", Resampling(50))["weak"]["gain"]["worse"] == 3


def test_the_report_says_who_learnt_from_what(inside):
    rows = head_rows(inside)
    assert [row[0] for row in rows] == [
        "a network of amino acids alone",
        "the joint network's head",
        "nearest, the network's strains and blocks",
        "nearest, the network's strains",
        "nearest, folds of genes",
    ]
    assert all(len(row) == len(HEAD_COLUMNS) for row in rows)
    assert rows[1][3] == ""
    said = heads_section(inside).parts[0]
    assert "mean of 2 seeds" in " ".join(said.paragraphs)
