"""docs/own-data.md, followed to the letter: a file of a known format becomes a dataset by an entry in params.yaml."""

import json

import pytest

from tests.pipeline.conftest import make_clone

pytestmark = pytest.mark.timeout(900)

HEADER = (
    "Query Strain ID\tQuery allele name\tArray Strain ID\tArray allele name\tArraytype/Temp\t"
    "Genetic interaction score (ε)\tP-value\tQuery single mutant fitness (SMF)\tArray SMF\t"
    "Double mutant fitness\tDouble mutant fitness standard deviation\n"
)


def genes_of(clone, count):
    lines = (clone.root / "data/raw/yeast/genome/SGD_features.tab").read_text().splitlines()
    names = [line.split("\t")[3] for line in lines if line.split("\t")[1:3] == ["ORF", "Verified"]]
    return names[:count]


def test_a_new_dataset_takes_an_entry_of_a_few_lines(tmp_path):
    clone = make_clone(tmp_path / "own")
    clone.run("dvc", "repro", "yeast_sources")
    genes = genes_of(clone, 12)
    rows = [
        f"{a}_sn1\t{a.lower()}\t{b}_dma2\t{b.lower()}\tDMA30\t-0.1\t0.01\t1.0\t1.0\t0.9\t0.02"
        for a in genes[:4]
        for b in genes[4:]
    ]
    bad = "YXX999W_sn1\tx\tYAL001C_dma2\ty\tDMA30\tmany\t0.01\t1.0\t1.0\t0.9\t0.02"
    (clone.root / "data/own/my_screen.txt").write_text(HEADER + "\n".join([*rows, bad]) + "\n")
    entry = {
        "name": "my_screen",
        "path": "my_screen.txt",
        "format": "sga_pairs",
        "dataset": "my_screen",
        "publication": "unpublished",
        "media": "SGA selection medium (SD/MSG)",
        "temperature": 30.0,
    }
    clone.set_params({"yeast": {"own": [entry]}})
    shown = clone.run("knockon", "sources", "read", "sga_pairs", "data/own/my_screen.txt")
    assert "many" in shown.stdout
    clone.run("dvc", "repro", "yeast_split")
    dataset = json.loads((clone.root / "metrics/yeast/dataset.json").read_text())
    mine = [row for row in dataset["counts"] if "my_screen" in row["dataset"] and row["phenotype"] == "interaction"]
    assert sum(row["rows"] for row in mine) == len(rows)
    graph = json.loads((clone.root / "metrics/yeast/graph.json").read_text())
    assert sum(graph["rejected"]["sources"]["my_screen"].values()) >= 1


def test_an_entry_whose_file_is_missing_says_where_to_put_it(tmp_path):
    clone = make_clone(tmp_path / "missing")
    clone.set_params({"yeast": {"own": [{"name": "x", "path": "x.txt", "format": "sga_pairs"}]}})
    ended = clone.run("dvc", "repro", "yeast_sources", check=False)
    assert ended.returncode != 0
    assert "data/own/x.txt" in ended.stderr
    assert "put the file there" in ended.stderr
