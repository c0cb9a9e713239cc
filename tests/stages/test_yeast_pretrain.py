"""Language models of a simulated yeast: learnt, beside counting; vectors of genes by them and by published models.

And a benchmark that leaves out a representation whose weights are absent.
"""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from knockon.api.yeast import YeastStudy
from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.models.language.learning import load_language
from knockon.models.language.masked import MaskedTask
from knockon.represent.cache import EmbeddingCache
from knockon.represent.skipped import skipped_reason
from knockon.represent.storage import read_representation, write_representation
from knockon.stages.stage import Params
from knockon.stages.yeast import baselines, benchmark, benchmark_fits, compare, embed, paths, pretrain
from knockon.training.signals import TrainingStopped
from tests.represent.tiny_models import save_tiny, save_unirep
from tests.stages.interrupting import interrupted

TRAINING = {"max_steps": 40, "validation_steps": 20, "warmup_steps": 2, "learning_rate": 0.01}
LANGUAGE = {"sizes": {"width": 32, "layers": 1, "longest": 64}, "judging": 8, "training": TRAINING}
NAMES = ["codon_lm", "esm2"]
SMALL = {
    "yeast": {
        "pretrain": {"protein": LANGUAGE, "codon": LANGUAGE},
        "embed": {"representations": NAMES},
        "benchmark": {"sizes": [300], "aggregations": ["pert_sum"], "models": ["elastic_net"]},
        "evaluate": {"resamples": 20},
    }
}


@pytest.fixture(scope="module")
def tree(yeast_params):
    return merged(yeast_params, SMALL)


@pytest.fixture(scope="module")
def run(yeast_folder, tree):
    """The folder in which both languages are learnt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(yeast_folder)
        for kind in ("protein", "codon"):
            learn(tree, kind)
    return yeast_folder


def learn(tree, kind):
    pretrain.main(Params(tree, pretrain.PARAMS, kind=kind), kind)


def vectors(tree, name):
    embed.main(Params(tree, embed.PARAMS), name)
    return read_representation(paths.EMBEDDINGS / f"{name}.parquet")


def from_python(name):
    """As `open_study` reads it."""
    return YeastStudy._representation(SimpleNamespace(root=Path()), name)


def with_folder(tree, family, folder):
    return merged(tree, {"yeast": {"embed": {"models": {family: {"model": str(folder)}}}}})


@pytest.mark.parametrize("kind", ["protein", "codon"])
def test_a_language_stands_beside_counting(inside, kind):
    found = json.loads((paths.METRICS / "pretrain" / f"{kind}.json").read_text())
    names = ["masked", "unigram", "bigram", "row_usage"]
    names += [f"{name}_given_residue" for name in ("masked", "row_usage", "codon_usage") if kind == "codon"]
    assert all(isinstance(value, int | float) for value in found.values()), "flat"
    for name in names:
        assert found[f"{name}_perplexity"] == pytest.approx(np.exp(found[f"{name}_nats"]), rel=1e-4)
        assert 0 < found[f"{name}_accuracy"] < 1
    assert found["tokens"] == (66 if kind == "codon" else 22)
    assert load_language(paths.LANGUAGE / kind, kind).sizes.width == 32


def test_what_is_learnt_is_each_once_and_no_dubious_frame(inside):
    genes = pq.read_table(paths.TABLES / "genes.parquet").to_pylist()
    texts = pretrain.texts_of("codon").to_pylist()
    wanted = {row["coding_sequence"][:-3] for row in genes if row["qualifier"] != "Dubious"}
    assert any(row["qualifier"] == "Dubious" for row in genes)
    assert sorted(texts) == sorted(wanted)


def test_a_stopped_pretraining_goes_on_to_the_same_bytes(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    kept = {path: path.read_bytes() for path in (paths.LANGUAGE / "codon").iterdir()}
    calls = interrupted(monkeypatch, MaskedTask, after=15)
    with pytest.raises(TrainingStopped, match="the same command goes on"):
        learn(tree, "codon")
    assert {path: path.read_bytes() for path in (paths.LANGUAGE / "codon").iterdir()} == kept, "nothing half-written"
    learn(tree, "codon")
    assert {path: path.read_bytes() for path in (paths.LANGUAGE / "codon").iterdir()} == kept
    assert len(calls) < 15 + 40, "it went on, and did not begin anew"
    assert not paths.language_fits("codon").exists()


@pytest.mark.parametrize("name", ["protein_lm", "codon_lm"])
def test_a_vector_for_every_gene(inside, tree, name, monkeypatch):
    found = vectors(tree, name)
    assert found.matrix.shape == (150, 32)
    assert np.isfinite(found.matrix).all()
    assert found.provenance["absent"] == "0"
    # A gene that is new is embedded alone.
    asked = []
    lookup = EmbeddingCache._fill
    monkeypatch.setattr(
        EmbeddingCache, "_fill", lambda *given: (asked.extend(given[5]), lookup(*given))[1], raising=True
    )
    table = pq.read_table(paths.TABLES / "genes.parquet")
    coding = table["coding_sequence"].to_pylist()
    coding[3], coding[4] = "ATGAAATTTTAA", None
    changed = table.set_column(table.column_names.index("coding_sequence"), "coding_sequence", [coding])
    again = embed.by_model(name, Params(tree, embed.PARAMS), changed)
    assert asked == ["MKF" if name == "protein_lm" else "ATGAAATTT"]
    assert np.isnan(again.matrix[4]).all()
    assert again.provenance["absent"] == "1"
    rest = [row for row in range(150) if row not in (3, 4)]
    assert np.array_equal(again.matrix[rest], found.matrix[rest])


@pytest.mark.parametrize("name", sorted(set(embed.PUBLISHED) - {"unirep64"}))
def test_published_models_from_a_folder(inside, tree, name, tmp_path):
    family, _ = embed.PUBLISHED[name]
    found = vectors(with_folder(tree, family, save_tiny(tmp_path, family)), name)
    assert found.matrix.shape == (150, 16)
    assert np.isfinite(found.matrix).all()
    assert len(np.unique(found.matrix.round(5), axis=0)) == 150
    assert found.provenance["model"].startswith(family)


def test_absent_weights_are_one_line_and_a_row_that_the_benchmark_leaves_out(inside, tree, tmp_path, capsys):
    absent = with_folder(tree, "esm2", tmp_path / "nowhere")
    vectors(tree, "codon_lm")
    embed.main(Params(absent, embed.PARAMS), "esm2")
    said = capsys.readouterr()
    assert len([line for line in (said.out + said.err).splitlines() if "skipped" in line]) == 1
    assert "no weights of esm2" in skipped_reason(paths.EMBEDDINGS / "esm2.parquet")
    assert skipped_reason(paths.EMBEDDINGS / "codon_lm.parquet") is None
    with pytest.raises(KnockonError, match="representation esm2 was not built: no weights of esm2"):
        from_python("esm2")
    benchmark_fits.CODE.parent.mkdir(parents=True, exist_ok=True)
    benchmark_fits.CODE.write_text("code\n")
    baselines.main(Params(absent, baselines.PARAMS, table="interaction"), "interaction")
    for name in NAMES:
        arguments = {"table": "interaction", "representation": name, "grid": "quick"}
        benchmark.main(Params(absent, benchmark.PARAMS, **arguments), *arguments.values())
    said = capsys.readouterr()
    assert "left out esm2: no weights of esm2" in " ".join((said.out + said.err).split())
    compare.main(Params(absent, compare.PARAMS, table="interaction"), "interaction")
    table = pa.csv.read_csv(paths.PLOTS / "benchmark" / "interaction" / "table.csv")
    assert set(table["representation"].to_pylist()) - {None, ""} == {"codon_lm"}
    assert table.num_rows > 1


def test_genes_without_a_vector_do_not_stop_the_benchmark(inside, tree, capsys):
    vectors(tree, "codon_lm")
    table = pq.read_table(paths.TABLES / "genes.parquet")
    none = table.set_column(
        table.column_names.index("coding_sequence"),
        "coding_sequence",
        [[None, *table["coding_sequence"].to_pylist()[1:]]],
    )
    write_representation(
        paths.EMBEDDINGS / "codon_lm.parquet", embed.by_model("codon_lm", Params(tree, embed.PARAMS), none)
    )
    found = benchmark.vectors_of("codon_lm")
    assert np.isfinite(found.matrix).all()
    assert np.array_equal(from_python("codon_lm").matrix, found.matrix)
    assert "codon_lm: 1 of 150 genes have no vector" in " ".join(capsys.readouterr().err.split())


def test_a_language_that_is_absent_says_what_to_do(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    shutil.rmtree(paths.LANGUAGE)
    with pytest.raises(KnockonError, match="train it with `dvc repro`"):
        embed.main(Params(tree, embed.PARAMS), "protein_lm")


def test_unirep_reads_every_gene_with_a_sequence(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    embed.main(Params(tree, embed.PARAMS), "unirep64")
    assert "a simulated source has none" in skipped_reason(paths.EMBEDDINGS / "unirep64.parquet")
    save_unirep(paths.UNIREP)
    found = vectors(tree, "unirep64")
    missing = np.isnan(found.matrix).any(axis=1)
    assert found.matrix.shape == (len(found.names), 64)
    assert int(found.provenance["absent"]) == missing.sum() < len(missing)
