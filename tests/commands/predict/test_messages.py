"""What a person did wrong is one message with the next command, before the libraries that take seconds are loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.commands.predict.files import readable
from knockon.errors import FormatError, KnockonError
from knockon.models.dcell.trio_files import read_trio_pairs

# Each costs more than the answer to a wrong question may.
HEAVY = ("torch", "torch_geometric", "sklearn", "sympy", "scipy.stats", "pandas")

ASK = """
import json, sys
from knockon.commands.main import main
heavy = json.loads(sys.argv.pop(1))
try:
    main()
finally:
    print(json.dumps([name for name in heavy if name in sys.modules]), file=sys.stderr)
"""

MODEL = {"reference": "SKGEEL", "setting": {}, "range": [0, 1], "curve": {"x": [0], "y": [0]}, "quantiles": {"0.9": 2}}


def ask(folder: Path, *words: str) -> tuple[int, str, list[str]]:
    """Exit code of a command line, its message on one line, and the heavy libraries that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(HEAVY), *words], cwd=folder, capture_output=True, text=True, check=False
    )
    *lines, loaded = done.stderr.splitlines()
    return done.returncode, " ".join(lines), json.loads(loaded)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What is looked at of a clone before a model is loaded."""
    tables = tmp_path / "data/datasets/yeast/tables"
    tables.mkdir(parents=True)
    names = {"id": ["YAL001C", "YBR020W"], "standard_name": ["TFC3", "GAL1"]}
    pq.write_table(pa.table(names), tables / "genes.parquet")
    for path, text in (("models/yeast/experiment.json", "{}"), ("dvc.yaml", "")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    served = tmp_path / "models/gfp/global_epistasis/imbalanced"
    served.mkdir(parents=True)
    (served / "served.json").write_text(json.dumps(MODEL))
    return tmp_path


YEAST = ("predict", "yeast", "--knockout", "YAL001C")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("predict", "yeast", "--knockout", "TFC4"), "'TFC4' is unknown; did you mean TFC3"),
        ((*YEAST, "--knockout", "tfc3"), "YAL001C is knocked out twice"),
        ((*YEAST, "--directory", "elsewhere"), "elsewhere: there is no such folder; give --directory"),
        ((*YEAST, "--directory", "models"), "is no clone of knockon: it has no dvc.yaml"),
        (("predict", "gfp", "--mutations", "K0T"), "K0T: position 0 is S, not K"),
        (("predict", "gfp", "--mutations", "K1T", "--directory", "models"), "is no clone of knockon"),
        (("demo",), "is no clone of knockon: it has no configs/demo.yaml; clone the repository"),
    ],
)
def test_a_wrong_question_is_told_at_once(clone: Path, words: tuple[str, ...], said: str) -> None:
    code, message, loaded = ask(clone, *words)
    assert code == 1
    assert said in message
    assert "Traceback" not in message
    assert loaded == []


def test_an_unknown_gene_of_a_file_is_told_with_its_line(clone: Path) -> None:
    """Empty lines count, too: the number is that of an editor."""
    (clone / "strains.csv").write_text("knockouts,mine\nYAL001C;YBR020W,a\n\nYAL001C;TFC4,b\n")
    code, message, loaded = ask(clone, "predict", "yeast", "--csv", "strains.csv")
    assert code == 1
    assert "strains.csv, line 4: gene 'TFC4' is unknown; did you mean TFC3" in " ".join(message.split())
    assert loaded == []


@pytest.mark.parametrize("missing", ["data/datasets/yeast/tables/genes.parquet", "models/yeast/experiment.json"])
def test_before_any_training_the_command_that_trains_is_named(clone: Path, missing: str) -> None:
    (clone / missing).unlink()
    code, message, loaded = ask(clone, *YEAST)
    assert (code, loaded) == (1, [])
    assert "run `dvc repro yeast_train` or `dvc pull`" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    "damaged",
    ["tables/genes.parquet", "tables/annotations.parquet", "networks/physical.parquet", "store/shard-0.parquet"],
)
def test_a_damaged_file_is_named(clone: Path, damaged: str) -> None:
    path = clone / "data/datasets/yeast" / damaged
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"PAR1 this was cut")
    code, message, loaded = ask(clone, *YEAST)
    assert (code, loaded) == (1, [])
    assert damaged in message
    assert "dvc checkout" in message
    assert "Traceback" not in message


def test_a_file_that_is_damaged_in_its_middle_is_told_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"x": list(range(50_000))}), path, use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * 2000 + whole[2004:])
    with pytest.raises(FormatError, match=r"a file is damaged .*`dvc checkout"), readable(tmp_path, Path()):
        pq.read_table(path)


def test_damaged_metrics_are_named(clone: Path) -> None:
    (clone / "metrics/yeast").mkdir(parents=True)
    (clone / "metrics/yeast/evaluate.json").write_text('{"split": ')
    code, message, loaded = ask(clone, "results")
    assert (code, loaded) == (1, [])
    assert "metrics/yeast/evaluate.json is damaged" in message


def test_a_file_that_goes_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnockonError, match=r"gone.parquet: is missing; run `dvc checkout`"), readable(tmp_path):
        (tmp_path / "gone.parquet").read_bytes()


def test_a_gene_that_the_topology_lacks_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "topology").write_text("ROOT: GO:0000001 3\nGENES: A B C \nTERMS: \n")
    (tmp_path / "train").write_text("2 A B 0.1\n2 A C 0.2\n")
    (tmp_path / "test").write_text("2 A Z 0.1\n")
    files = [word for name in ("topology", "train", "test") for word in (f"--{name}", name)]
    code, message, loaded = ask(tmp_path, "dcell", "train", *files, "--out", "o")
    assert (code, loaded) == (1, [])
    assert "test: line 1: gene Z is not in the topology: take both" in message


@pytest.mark.parametrize(("more", "others"), [("Z", ""), ("Y", ", nor is 1 other"), ("Y X Y", ", nor are 2 others")])
def test_other_genes_that_the_topology_lacks_are_counted_once(tmp_path: Path, more: str, others: str) -> None:
    path = tmp_path / "pairs"
    path.write_text("".join(f"2 A {gene} 0.1\n" for gene in ["Z", *more.split()]))
    with pytest.raises(KnockonError, match=f"line 1: gene Z is not in the topology{others}: take both"):
        read_trio_pairs(path, ("A", "B"))


def test_an_unknown_rival_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    files = [word for name in ("topology", "train", "test") for word in (f"--{name}", name)]
    code, message, loaded = ask(tmp_path, "dcell", "train", *files, "--out", "o", "--rivals", "additive,forest")
    assert (code, loaded) == (1, [])
    assert "--rivals: no model forest; the models are additive, factorisation, network, network_boosted" in message
