"""docs/own-data.md, followed to the letter: a file of a known format becomes a dataset by an entry in params.yaml."""

import json
import re
import textwrap

import pytest
import yaml

from tests.pipeline.conftest import ROOT, make_clone

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
    clone = make_clone(tmp_path / "own", warm=True)
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


def blocks_of(page, language):
    """The fenced blocks of one language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_the_plain_table_of_the_page_is_guessed_read_and_told_of(tmp_path):
    """The first example of docs/own-data.md, word for word."""
    page = ROOT / "docs/own-data.md"
    table, entry, command = (blocks_of(page, language)[0] for language in ("csv", "yaml", "console"))
    clone = make_clone(tmp_path / "table", warm=True)
    (clone.root / "data/own/my_growth.csv").write_text(table)
    shown = clone.run(*command.removeprefix("$ ").split()).stdout
    printed = yaml.safe_load(textwrap.dedent(shown[shown.index("  own:") :]))["own"][0]
    stated = yaml.safe_load(textwrap.dedent(entry))["own"][0]
    # What no file says is the person's; all the rest is as printed.
    assert printed | {"media": stated["media"]} == stated
    assert "a row that came before, word for word" in shown
    params = clone.root / "params.yaml"
    clone.set_params({"yeast": {"own": [stated]}})
    assert yaml.safe_load(params.read_text())["yeast"]["own"] == [stated]
    told = clone.run("dvc", "repro", "yeast_dataset").stdout
    (mine,) = json.loads((clone.root / "metrics/yeast/own.json").read_text())["files"]
    assert mine["records"] == {"fitness": 4}
    assert {each["reason"]: each["examples"] for each in mine["dropped"]} == {
        "unknown gene name": ["line 5: YXX999W"],
        "no value": ["line 6: YBR001W"],
        "a row that came before, word for word": ["line 8: YBR002W  88.1 1.9 4 37"],
    }
    for text in ("your my_growth", "4 fitness", "1 rows: unknown gene name (such as line 5: YXX999W)"):
        assert text in told


def test_an_entry_whose_file_is_missing_says_where_to_put_it(tmp_path):
    clone = make_clone(tmp_path / "missing", warm=True)
    clone.set_params({"yeast": {"own": [{"name": "x", "path": "x.txt", "format": "sga_pairs"}]}})
    ended = clone.run("dvc", "repro", "yeast_graph", check=False)
    assert ended.returncode != 0
    assert "data/own/x.txt" in ended.stderr
    assert "put the file there" in ended.stderr
