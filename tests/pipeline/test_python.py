"""docs/python.md: a study from Python, wherever one stands."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import knockon
from knockon.api.yeast import YeastStudy
from knockon.errors import KnockonError
from knockon.stages.params_file import checked_file

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def study(finished):
    found = knockon.open_study("yeast", finished.root)
    assert isinstance(found, YeastStudy)
    return found


def names_of(genotypes):
    genes = [genotypes.genes[gene] for gene in genotypes.indices.tolist()]
    return [genes[start:end] for start, end in pairwise(genotypes.indptr.tolist())]


def test_a_split_of_the_stored_seed_is_the_stored_one_and_another_is_not(study):
    stored = study.split("gene")
    assert len(stored) == len(study.records)
    assert not study.split("gene", seed=12345).equals(stored)
    assert study.split("gene", seed=12345).equals(study.split("gene", seed=12345))
    seed = checked_file(study.root / "params.yaml")["yeast"]["splits"]["seed"]
    assert study.split("gene", seed=seed).equals(stored)


def test_the_sides_of_a_split_are_torch_data(study):
    train, test = (study.vectors(side, size=200) for side in ("train", "test"))
    strains = study.strains(size=200)
    assert len(train) == len(strains.rows("train"))
    assert len(test) == len(strains.rows("test"))
    vector, label, _ = train[0]
    first = strains.part("train").take(np.array([0]))
    assert vector.sum() == first.genotypes.counts[0], "one_hot, summed over the perturbed genes"
    assert label == pytest.approx(first.values[0], rel=1e-6)


def test_a_trained_model_answers_a_list_of_strains_with_intervals_that_hold_most(study):
    part = study.strains().part("test")
    model = study.model()
    answers = model.predict(names_of(part.genotypes))
    low, high = (answers[name].to_numpy() for name in ("low", "high"))
    assert model.label == "interaction"
    assert 0.8 < np.mean((low <= part.values) & (part.values <= high)) <= 1
    scores = knockon.evaluate(part.values, answers["predicted"])
    assert scores["n"] == len(part)
    common = model.predict([[model.book.standard[gene] for gene in names_of(part.genotypes)[0]]])
    assert common["predicted"][0] == answers["predicted"][0]
    with pytest.raises(KnockonError, match=r"the level is 0\.123"):
        model.predict([], level=0.123)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda study: study.split("genes"), "choose one of pair, gene"),
        (lambda study: study.strains("growth"), "label is 'growth'; params.yaml has"),
        (lambda study: study.graphs("test", network="roads"), "network is 'roads'; there are .*physical"),
        (lambda study: study.vectors("test", representation="esm2"), "there is no such representation"),
        (lambda study: study.model().predict([["YAL001C", "YAL001C"]]), "unknown|knocked out twice"),
    ],
)
def test_what_there_is_not_is_told(study, ask, message):
    with pytest.raises(KnockonError, match=message):
        ask(study)


def test_the_five_lines_of_the_documentation_run_anywhere(finished, root, tmp_path):
    text = (root / "docs/python.md").read_text()
    code = text.split("```python\n")[1].split("```")[0].replace("path/to/clone", str(finished.root))
    assert len(code.strip().splitlines()) == 5
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=finished.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "pearson" in ended.stdout
