"""The benchmark's tables: fitness of one to three knock-outs, and a size that a table does not have."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.represent.storage import read_representation
from knockon.stages.params_file import checked
from knockon.stages.stage import Params
from knockon.stages.yeast import baselines, benchmark, compare, embed, networks, new_genes, paths
from knockon.stages.yeast.benchmark_table import BenchmarkTable, too_few
from knockon.stages.yeast.new_gene_sections import new_gene_rows

SIZES = [300, 900, 1_000_000]
VECTORS = ["one_hot", "random_10"]
SMALL = {
    "yeast": {
        "embed": {"representations": VECTORS},
        "benchmark": {"sizes": SIZES, "aggregations": ["pert_sum", "pert_mean"], "models": ["elastic_net"]},
        "evaluate": {"resamples": 20},
    }
}


@pytest.fixture(scope="module")
def tree(yeast_params: dict[str, Any]) -> dict[str, Any]:
    return merged(yeast_params, SMALL)


@pytest.fixture(scope="module")
def run(yeast_folder: Path, tree: dict[str, Any]) -> Path:
    """The folder in which the table of triples has been compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(yeast_folder)
        for name in VECTORS:
            embed.main(Params(tree, embed.PARAMS), name)
        for size in map(str, SIZES):
            baselines.main(Params(tree, baselines.PARAMS, table="triples"), "triples", size)
            for name in VECTORS:
                arguments = {"table": "triples", "representation": name, "size": size}
                benchmark.main(Params(tree, benchmark.PARAMS, **arguments), *arguments.values())
        compare.main(Params(tree, compare.PARAMS, table="triples"), "triples")
    return yeast_folder


def test_strains_of_one_two_and_three_knockouts_stand_together_at_every_size(inside, tree):
    genes = read_representation(paths.EMBEDDINGS / "one_hot.parquet").names
    chosen = BenchmarkTable.of(Params(tree, benchmark.PARAMS, table="triples"), "triples")
    shares = []
    for size in SIZES[:2]:
        data = chosen.strains("pair", size, 1, genes)
        counts = data.examples.genotypes.counts[data.side < 2]
        shares.append(np.bincount(counts[data.side[data.side < 2] >= 0], minlength=4)[1:] / size)
        assert too_few(data, size) is None
    assert (shares[0] > 0).all()
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_a_size_that_the_table_does_not_have_is_left_out_and_said(inside, tree, capsys):
    arguments = {"table": "triples", "representation": "one_hot", "size": "1000000"}
    benchmark.main(Params(tree, benchmark.PARAMS, **arguments), *arguments.values())
    said = " ".join(capsys.readouterr().err.split())
    assert "left out triples, 1,000,000 experiments:" in said
    assert "strains train and validate, fewer than 1,000,000" in said
    for folder, name in ((paths.BENCHMARKS, "triples-one_hot-1000000"), (paths.BASELINES, "triples-1000000")):
        assert pq.read_table(folder / f"{name}.parquet").num_rows == 0
    table = pyarrow.csv.read_csv(paths.PLOTS / "benchmark" / "triples" / "table.csv")
    assert set(table["size"].to_pylist()) == {300, 900}


def test_the_figure_of_ranks_has_the_band_of_random_vectors(inside):
    table = pyarrow.csv.read_csv(paths.PLOTS / "benchmark" / "triples" / "representation_ranks.csv")
    assert set(table["representation"].to_pylist()) == set(VECTORS)
    control = [row for row in table.to_pylist() if row["representation"] == "random_10"]
    assert table["random_low"][0].as_py() in {row["spearman_low"] for row in control}
    assert "Spearman" in (paths.PLOTS / "benchmark" / "triples" / "representation_ranks.svg").read_text()


def test_the_metrics_say_what_a_small_grid_costs(inside):
    found = yaml.safe_load((paths.METRICS / "benchmark" / "triples.json").read_text())
    (name,) = found["regret"]
    assert name == "elastic net: 300 → 900 strains"
    assert found["regret"][name]["combinations"] == 4
    assert 0 <= found["regret"][name]["mean"] <= found["regret"][name]["largest"]


def test_a_table_without_a_name_is_told(yeast_params):
    mistaken = merged(yeast_params, {"yeast": {"benchmark": {"compared": ["tripels"]}}})
    with pytest.raises(KnockonError, match=r"yeast\.benchmark\.compared\[0\].*'tripels'"):
        checked(mistaken)


def test_new_genes_are_drawn_and_what_each_draw_chooses_is_counted(inside, tree):
    small = {"draws": 2, "vectors": ["random_10"], "model": {"parts": 2, "rounds": 10, "leaves": 4, "rows": 20}}
    changed = merged(tree, {"yeast": {"new_genes": small}})
    networks.main(Params(changed, networks.PARAMS))
    new_genes.main(Params(changed, new_genes.PARAMS))
    found = yaml.safe_load((paths.METRICS / "new_genes.json").read_text())
    assert list(found) == ["networks", "random_10", "chosen"]
    assert sum(found["chosen"]["choices"].values()) == 2
    assert found["networks"]["test_low"] <= found["networks"]["test"] <= found["networks"]["test_high"]
    assert "added" not in found["networks"]
    assert found["random_10"]["added"]["mean"] == pytest.approx(
        found["random_10"]["test"] - found["networks"]["test"], abs=1e-5
    )
    rows = new_gene_rows(inside)
    assert [row[0] for row in rows[:2]] == ["nothing", "random 10"]
    assert rows[2][0].startswith("what each draw chooses (")
    assert rows[0][3] == ""
    assert "[" in rows[1][3]
