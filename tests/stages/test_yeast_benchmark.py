"""The benchmark's tables: fitness of one to three knock-outs, and a size that a table does not have."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.models.context import Inputs
from knockon.represent.storage import read_representation
from knockon.stages.params_file import checked
from knockon.stages.stage import Params
from knockon.stages.yeast import baselines, benchmark, benchmark_fits, compare, embed, networks, new_genes, paths
from knockon.stages.yeast.benchmark_table import BenchmarkTable, too_few
from knockon.stages.yeast.new_gene_sections import new_gene_rows
from knockon.training.fit_folders import FitFolders
from knockon.training.signals import TrainingStopped

SIZES = [300, 900, 1_000_000]
VECTORS = ["one_hot", "random_10"]
SMALL = {
    "yeast": {
        "embed": {"representations": VECTORS},
        "benchmark": {"sizes": SIZES, "aggregations": ["pert_sum", "pert_mean"], "models": ["elastic_net"]},
        "evaluate": {"resamples": 20},
    }
}


def run_benchmark(tree: dict[str, Any], name: str) -> None:
    arguments = {"table": "triples", "representation": name, "grid": "quick"}
    benchmark.main(Params(tree, benchmark.PARAMS, **arguments), *arguments.values())


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that are fitted from here on, and not found."""
    done: list[str] = []
    search = benchmark_fits.Fits._search

    def told(self: benchmark_fits.Fits, inputs: Inputs, model: str) -> benchmark_fits.Fit:
        done.append(model)
        return search(self, inputs, model)

    monkeypatch.setattr(benchmark_fits.Fits, "_search", told)
    return done


@pytest.fixture(scope="module")
def tree(yeast_params: dict[str, Any]) -> dict[str, Any]:
    return merged(yeast_params, SMALL)


@pytest.fixture(scope="module")
def run(yeast_folder: Path, tree: dict[str, Any]) -> Path:
    """The folder in which the table of triples has been compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(yeast_folder)
        benchmark_fits.CODE.parent.mkdir(parents=True, exist_ok=True)
        benchmark_fits.CODE.write_text("code\n")
        for name in VECTORS:
            embed.main(Params(tree, embed.PARAMS), name)
            run_benchmark(tree, name)
        baselines.main(Params(tree, baselines.PARAMS, table="triples"), "triples")
        compare.main(Params(tree, compare.PARAMS, table="triples"), "triples")
    return yeast_folder


def test_strains_of_one_two_and_three_knockouts_stand_together_at_every_size(inside, tree):
    genes = read_representation(paths.EMBEDDINGS / "one_hot.parquet").names
    chosen = BenchmarkTable.of(Params(tree, baselines.PARAMS, table="triples"), "triples")
    shares = []
    for size in SIZES[:2]:
        data = chosen.strains("pair", size, 1, genes)
        counts = data.examples.genotypes.counts[data.side < 2]
        shares.append(np.bincount(counts[data.side[data.side < 2] >= 0], minlength=4)[1:] / size)
        assert too_few(data, size) is None
    assert (shares[0] > 0).all()
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_a_size_that_the_table_does_not_have_is_left_out_and_said(inside, tree, capsys):
    run_benchmark(tree, "one_hot")
    said = " ".join(capsys.readouterr().err.split())
    assert "left out triples, 1,000,000 experiments:" in said
    assert "strains train and validate, fewer than 1,000,000" in said
    for folder in (paths.BENCHMARKS / "triples-one_hot", paths.BASELINES / "triples"):
        assert pq.read_table(folder / "1000000.parquet").num_rows == 0
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


def test_a_new_value_in_one_models_grid_fits_that_model_alone(inside, tree, fitted):
    both = merged(tree, {"yeast": {"benchmark": {"models": ["elastic_net", "random_forest"]}}})
    changed = merged(both, {"yeast": {"grids": {"quick": {"random_forest": {"trees": [3], "depth": [2]}}}}})
    run_benchmark(changed, "random_10")
    # Two sizes with two aggregations each; elastic net's fits are there from the fixture's run.
    assert fitted == ["random_forest"] * 4
    fitted.clear()
    run_benchmark(changed, "random_10")
    assert fitted == []
    benchmark_fits.CODE.write_text("other code\n")
    run_benchmark(tree, "random_10")
    assert fitted == ["elastic_net"] * 4
    benchmark_fits.CODE.write_text("code\n")


def test_a_new_size_fits_that_size_alone(inside, tree, fitted):
    run_benchmark(tree, "one_hot")
    fitted.clear()
    run_benchmark(merged(tree, {"yeast": {"benchmark": {"sizes": [300, 600, 900]}}}), "one_hot")
    assert fitted == ["elastic_net"] * 2


def test_an_item_that_is_stopped_goes_on_behind_its_last_fit(inside, tree, fitted, monkeypatch):
    run_benchmark(tree, "one_hot")
    undisturbed = pq.read_table(paths.BENCHMARKS / "triples-one_hot" / "900.parquet")
    shutil.rmtree(paths.BENCHMARK_FITS)
    fitted.clear()
    folder = FitFolders.folder

    def stopping(self: FitFolders, *names: str) -> Path:
        if len(fitted) == 3:
            raise TrainingStopped("stopped")
        return folder(self, *names)

    with monkeypatch.context() as patch:
        patch.setattr(FitFolders, "folder", stopping)
        with pytest.raises(TrainingStopped):
            run_benchmark(tree, "one_hot")
    run_benchmark(tree, "one_hot")
    assert len(fitted) == 4
    assert pq.read_table(paths.BENCHMARKS / "triples-one_hot" / "900.parquet").equals(undisturbed)


def test_without_a_digest_of_the_code_it_says_what_to_do(inside, tree, monkeypatch):
    monkeypatch.setattr(benchmark_fits, "CODE", Path("data/code/nowhere.txt"))
    with pytest.raises(KnockonError, match="`dvc repro code` writes it"):
        run_benchmark(tree, "one_hot")


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
    assert list(found) == ["networks", "random_10", "own_fitness", "chosen"]
    assert sum(found["chosen"]["choices"].values()) == 2
    assert "own_fitness" not in found["chosen"]["choices"]
    assert found["networks"]["test_low"] <= found["networks"]["test"] <= found["networks"]["test_high"]
    assert "added" not in found["networks"]
    assert found["random_10"]["added"]["mean"] == pytest.approx(
        found["random_10"]["test"] - found["networks"]["test"], abs=1e-5
    )
    rows = new_gene_rows(inside)
    assert [row[0] for row in rows[:2]] == ["nothing", "random 10"]
    assert rows[3][0].startswith("what each draw chooses (")
    assert rows[0][3] == ""
    assert "[" in rows[1][3]
