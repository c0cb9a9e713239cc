"""Vectors of the simulated ligands and proteins: by what was learnt here, by published models, or not at all."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp

from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.models.binding.features import fingerprints
from knockon.models.language.vectors import LanguageEncoder
from knockon.represent.skipped import skipped_reason
from knockon.represent.storage import read_representation
from knockon.stages.affinity import embed, paths, sentence
from knockon.stages.affinity.task_sections import sentence_rows
from knockon.stages.stage import Params
from tests.represent.tiny_models import save_tiny, save_unirep

SMALL = {
    "affinity": {
        "sentence": {
            "runs": ["davis/cold_protein"],
            "vectors": ["protein_lm", "esm2"],
            "seeds": [1, 2],
            "head": {"max_steps": 10, "validation_steps": 5, "warmup_steps": 1},
            "whole": {"max_steps": 2, "validation_steps": 1, "warmup_steps": 1},
            "resamples": 20,
        },
    }
}


@pytest.fixture(scope="module")
def tree(affinity_params):
    return merged(affinity_params, SMALL)


@pytest.fixture(scope="module")
def run(affinity_languages, tmp_path_factory):
    """The folder in which both languages are learnt, and random weights stand where UniRep's would."""
    folder = shutil.copytree(affinity_languages, tmp_path_factory.mktemp("affinity_embed") / "run")
    save_unirep(folder / paths.UNIREP)
    return folder


def vectors(tree, name):
    embed.main(Params(tree, embed.PARAMS), name)
    return read_representation(paths.EMBEDDINGS / f"{name}.parquet")


def names(path, key):
    return tuple(pq.read_table(path)[key].to_pylist())


@pytest.mark.parametrize("name", ["protein_lm", "unirep64", "smiles_lm", "ecfp"])
def test_a_row_stands_for_every_row_of_the_table(inside, tree, name):
    found = vectors(tree, name)
    table = (paths.LIGANDS, "ligand") if name in embed.OF_LIGANDS else (paths.PROTEINS, "protein")
    assert found.names == names(*table)
    matrix = found.matrix.toarray() if sp.issparse(found.matrix) else found.matrix
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    assert len(np.unique(matrix, axis=0)) > 0.9 * len(matrix), "rows differ"


def test_a_row_is_of_its_own_text(inside, tree):
    texts = pq.read_table(paths.LIGANDS)["smiles"].to_pylist()
    alone = LanguageEncoder(paths.LANGUAGE / "smiles", "smiles").encode(texts[-1:])
    np.testing.assert_allclose(vectors(tree, "smiles_lm").matrix[-1:], alone, rtol=1e-4, atol=1e-5)
    assert np.array_equal(vectors(tree, "ecfp").matrix.toarray(), fingerprints(tuple(texts)))


def test_a_second_run_reads_the_cache_and_writes_the_same_bytes(inside, tree, monkeypatch):
    vectors(tree, "protein_lm")
    kept = (paths.EMBEDDINGS / "protein_lm.parquet").read_bytes()
    monkeypatch.setattr(LanguageEncoder, "encode", lambda self, sequences: pytest.fail("embedded again"))
    vectors(tree, "protein_lm")
    assert (paths.EMBEDDINGS / "protein_lm.parquet").read_bytes() == kept


@pytest.mark.parametrize("name", ["esm2", "prot_t5", "chemberta"])
def test_a_published_model_of_a_local_folder(inside, tree, name, tmp_path):
    folder = {"model": save_tiny(tmp_path / name, name), "download": False}
    found = vectors(merged(tree, {"affinity": {"embed": {"models": {name: folder}}}}), name)
    assert found.dimensions == 16
    assert np.isfinite(found.matrix).all()
    assert found.provenance["model"] == f"{name} {name}"


@pytest.mark.parametrize("name", ["esm2", "prot_t5", "chemberta"])
def test_absent_weights_are_a_line_and_a_file_that_says_so(inside, tree, name, capsys):
    embed.main(Params(tree, embed.PARAMS), name)
    assert f"no weights of {name}" in skipped_reason(paths.EMBEDDINGS / f"{name}.parquet")
    assert f"skipped {name}" in capsys.readouterr().err


def test_a_simulated_source_has_no_unirep(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    paths.UNIREP.unlink()
    embed.main(Params(tree, embed.PARAMS), "unirep64")
    assert "a simulated source has none" in skipped_reason(paths.EMBEDDINGS / "unirep64.parquet")


def test_a_language_that_was_not_learnt_is_an_error(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    shutil.rmtree(paths.LANGUAGE)
    with pytest.raises(KnockonError, match="train it with `dvc repro`"):
        embed.main(Params(tree, embed.PARAMS), "smiles_lm")


@pytest.fixture(scope="module")
def sentences(run, tree):
    """What affinity_sentence writes, beside vectors of which one is absent."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run)
        for name in ("protein_lm", "esm2"):
            embed.main(Params(tree, embed.PARAMS), name)
        sentence.main(Params(tree, sentence.PARAMS))
        return json.loads((paths.METRICS / "sentence.json").read_text())


def rows_by_name(found):
    return {row["name"]: row for row in found["davis/cold_protein"]["rows"]}


def test_every_vector_stands_beside_its_tuned_one_and_the_controls(sentences):
    rows = rows_by_name(sentences)
    assert set(rows) == {
        *("ligand_mean", "words_3", "words_6"),
        *(f"{name}{end}" for name in ("protein_lm", "composition", "random") for end in ("", "_tuned")),
        *("protein_lm_stretches", "protein_lm_whole_tuned"),
    }, "esm2 has no weights here, and is left out"
    for name, row in rows.items():
        assert row["mse"] > 0
        assert row["mse_low"] <= row["mse"] <= row["mse_high"]
        assert ("mse_over_frozen" in row) == name.endswith("_tuned")
    assert rows["composition_tuned"]["mse_over_frozen"] == pytest.approx(
        rows["composition_tuned"]["mse"] - rows["composition"]["mse"], abs=1e-4
    )


def test_the_mean_of_a_ligand_says_nothing_of_proteins(sentences):
    rows = rows_by_name(sentences)
    assert rows["ligand_mean"]["spearman"] is None
    found = sentences["davis/cold_protein"]
    assert found["chance"] <= found["best"]
    assert found["judged_proteins"] <= found["proteins"]["test"]


def test_tuning_again_gives_the_same_numbers(run, sentences, tree, tmp_path, monkeypatch):
    shutil.copytree(run, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    sentence.main(Params(tree, sentence.PARAMS))
    assert json.loads((paths.METRICS / "sentence.json").read_text()) == sentences


def test_the_report_shows_every_row(sentences):
    shown = sentence_rows(sentences)
    assert len(shown) == len(rows_by_name(sentences))
    assert all(len(row) == 8 for row in shown)
