"""design_flux on a simulated yeast: features of every gene, essential genes as planted, scores beside simple rows."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from pydantic import ValidationError

from knockon.atomic import write_parquet
from knockon.commands.demo import merged
from knockon.dataset.directions import DIRECTION_SCHEMA
from knockon.dataset.records import RECORD_SCHEMA
from knockon.dataset.wanted import WANTED_SCHEMA
from knockon.errors import KnockonError
from knockon.models.designs.feature_files import write_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.sources.design.metabolic_network import read_metabolic_network
from knockon.sources.simulate import SimulationSettings, simulate_yeast
from knockon.stages.design import coupling, flux, flux_block, paths
from knockon.stages.design.flux_inputs import interactions, single_fitness
from knockon.stages.design.flux_params import Flux
from knockon.stages.design.flux_sections import block_rows, coupling_rows, essential_rows, flux_section, growth_rows
from knockon.stages.stage import Params
from knockon.stages.yeast import paths as yeast


def record(genes: dict[str, str], dataset: str, phenotype: str, value: float, temperature: float = 30.0) -> dict:
    perturbations = [{"gene": gene, "kind": kind, "allele": ""} for gene, kind in sorted(genes.items())]
    return {
        "id": "0" * 16,
        "dataset": dataset,
        "publication": "simulated",
        "perturbations": perturbations,
        "query_gene": "",
        "media": "SGA",
        "temperature": temperature,
        "phenotype": phenotype,
        "value": value,
        "standard_error": 0.05,
        "n": 1,
        "reference": 1.0,
        "reconstructed": False,
    }


def write_records(genes: tuple[str, ...]) -> None:
    random = np.random.default_rng(0)
    rows = [
        record({gene: "deletion"}, "simulated_smf", "fitness", float(value), temperature)
        for temperature in (26.0, 30.0)
        for gene, value in zip(genes, random.uniform(0.5, 1, len(genes)), strict=True)
    ]
    rows.append(record({genes[0]: "ts"}, "simulated_smf", "fitness", 9.0))
    for _ in range(200):
        one, other = random.choice(genes, 2, replace=False).tolist()
        rows.append(record({one: "deletion", other: "deletion"}, "simulated_sga", "interaction", random.normal()))
    rows.append(record({genes[0]: "deletion", genes[1]: "ts"}, "simulated_sga", "interaction", 9.0))
    yeast.RECORDS.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=RECORD_SCHEMA), yeast.RECORDS / "fitness-0000.parquet")


def write_graph(genes: tuple[str, ...]) -> None:
    yeast.TABLES.mkdir(parents=True)
    yeast.NETWORKS.mkdir(parents=True)
    table = pa.table({"id": [*genes, "YZZ001W"], "qualifier": [*["Verified"] * len(genes), "Dubious"]})
    pq.write_table(table, yeast.TABLES / "genes.parquet")
    for folder, name, column in (
        (yeast.TABLES, "pathways", "pathway"),
        (yeast.TABLES, "annotations", "term"),
        (yeast.NETWORKS, "complexes", "complex"),
        (yeast.NETWORKS, "regulation", "regulator"),
        (yeast.NETWORKS, "subsystems", "subsystem"),
        (yeast.NETWORKS, "metabolites", "metabolite"),
    ):
        groups = [str(place // 4) for place in range(len(genes))]
        pq.write_table(pa.table({"gene": list(genes), column: groups}), folder / f"{name}.parquet")
    links = pa.table({"gene": [genes[0]], "other": [genes[1]], "experiments": [900]})
    pq.write_table(links, yeast.NETWORKS / "physical.parquet")
    pq.write_table(DIRECTION_SCHEMA.empty_table(), yeast.DIRECTIONS)


def write_planted(table: pa.Table) -> None:
    """Features that say nothing, a phenotype that growth in the model tells, and one that nothing tells."""
    random = np.random.default_rng(3)
    genes = tuple(sorted({*table["gene"].to_pylist(), *(f"YZZ{place:03d}W" for place in range(400))}))
    noise = random.normal(size=(len(genes), 3)).astype(np.float32)
    write_features(paths.FEATURES, GeneFeatures(genes, ("a/x", "a/y", "a/z"), noise), {})
    growth = dict(zip(table["gene"].to_pylist(), table["growth_shipped"].to_pylist(), strict=True))
    told = np.array([growth.get(gene, 1.0) for gene in genes]) + 0.2 * random.normal(size=len(genes))
    tables = [
        pa.table(
            {"phenotype": [name] * len(genes), "group": ["betaxanthin"] * len(genes), "gene": genes, "value": values,
             "error": pa.nulls(len(genes), pa.float64()), "strains": np.ones(len(genes), dtype=np.int32)},
        ).cast(WANTED_SCHEMA)
        for name, values in (("told", told), ("luck", random.normal(size=len(genes))))
    ]  # fmt: skip
    write_parquet(paths.PHENOTYPES, pa.concat_tables(tables))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, root: Path):
    folder = tmp_path_factory.mktemp("flux")
    tree = yaml.safe_load((root / "params.yaml").read_text())
    demo = yaml.safe_load((root / "configs/demo.yaml").read_text())
    params = Params(merged(tree, demo), flux.PARAMS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        simulate_yeast(yeast.RAW, SimulationSettings(genes=200, pairs=2000, dcell_pairs=100))
        (folder / ".dvc/plots").mkdir(parents=True)
        template = Path(".dvc/plots/benchmark.json")
        template.write_text((root / template).read_text())
        network = read_metabolic_network(paths.GEM)
        write_records(network.genes)
        write_graph(network.genes)
        flux.main(params)
        whole = merged(tree, demo)
        coupling.main(Params(whole, coupling.PARAMS))
        write_planted(pq.read_table(paths.FLUX))
        flux_block.main(Params(whole, flux_block.PARAMS))
        yield network, params, pq.read_table(paths.FLUX), json.loads((paths.METRICS / "flux.json").read_text())


def test_features_have_a_row_a_gene_and_no_number_that_says_nothing(ran):
    network, _, table, _ = ran
    assert table["gene"].to_pylist() == sorted(network.genes)
    assert {"growth_shipped", "growth_sga", "adjusted_growth_sga", "yield_tyrosine", "scan_phenylalanine"} <= set(
        table.column_names
    )
    for name in table.column_names[1:]:
        assert table[name].type == pa.float64()
        assert np.isfinite(table[name].to_numpy()).all(), name


def test_essential_genes_are_those_that_were_planted(ran):
    *_, scores = ran
    assert scores["essential_shipped_mcc"] > 0.9
    assert scores["essential_shipped_mcc_low"] <= scores["essential_shipped_mcc"]
    assert scores["essential_both_mcc"] > 0.8
    assert (
        scores["essential_flux_tp"] + scores["essential_flux_fn"]
        == scores["essential_sga_tp"] + scores["essential_sga_fn"]
    )


def test_scores_stand_beside_their_baselines_and_are_flat(ran):
    *_, scores = ran
    assert {"smf_shipped_r", "smf_reactions_shut_r", "smf_ceiling_r", "epsilon_r", "epsilon_not_zero"} <= set(scores)
    assert all(value is None or isinstance(value, int | float) for value in scores.values())
    assert scores["epsilon_two_ways_r"] is None


def test_only_deletions_are_judged_and_each_pair_once(ran):
    network, *_ = ran
    assert np.nanmax(single_fitness("simulated_smf", 30.0, network.genes)[0]) <= 1
    pairs = interactions("simulated_sga", network.genes)
    assert (pairs.first < pairs.second).all()
    assert len(np.unique(pairs.first * len(network.genes) + pairs.second)) == len(pairs.first)
    assert pairs.values.max() < 9


def test_genes_that_the_model_lacks_have_no_numbers(ran):
    network, *_ = ran
    table = flux.table_of({"growth": np.ones(len(network.genes))}, network, ("AAA", network.genes[3]))
    np.testing.assert_array_equal(table["growth"].to_numpy(), [np.nan, 1])


def test_an_unknown_product_is_told_with_the_nearest(ran):
    network, params, *_ = ran
    with pytest.raises(KnockonError, match="no metabolite L-tyrosin; did you mean L-tyrosine"):
        flux.cells(network, dict(params["design.flux"]) | {"products": ["L-tyrosin"]})


def test_settings_are_checked_before_anything_is_solved(ran):
    _, params, *_ = ran
    settings = params["design.flux"]
    assert Flux.model_validate(settings).lethal == settings["lethal"]
    for wrong in ({"lethal": 1.5}, {"leathal": 0.1}, {"media": []}, {"media": [{"name": "Rich medium"}]}):
        with pytest.raises(ValidationError):
            Flux.model_validate(settings | wrong)


def test_the_report_has_a_row_a_medium_and_one_for_all_that_was_learnt(ran):
    *_, scores = ran
    section = flux_section(Path())
    assert section.title == "Strain design: the metabolic model"
    names = [row[0] for row in essential_rows(Path())]
    assert names[:2] == ["growth, shipped", "growth, sga"]
    assert names[-1] == "fluxes and graph; genes held out"
    assert len(growth_rows(Path())) == sum(name.startswith("smf_") and name.endswith("_n") for name in scores)


def test_fluxes_tell_what_they_tell_and_nothing_of_luck(ran):
    found = json.loads((paths.METRICS / "flux_block.json").read_text())
    told, luck = found["phenotypes"]["told"], found["phenotypes"]["luck"]
    assert told["ridge"]["gained_r_low"] > 0.05
    assert told["alone"]["r"] > 0.3 > told["ridge_without"]["r"]
    assert luck["ridge"]["gained_r_low"] < 0.05
    means = found["means"]["betaxanthin"]["ridge"]
    assert (means["phenotypes"], means["better"]) == (2, 1)
    assert means["gained_r"] == pytest.approx(means["with"] - means["without"], abs=1e-5)
    assert [row[:3] for row in block_rows(Path())] == [("betaxanthin", "ridge", "2")]


def test_the_block_is_nothing_where_the_model_lacks_a_gene(ran):
    network, _, table, _ = ran
    names, values = flux_block.flux_values(("AAA", network.genes[3]), table)
    assert names[0] == f"flux/{table.column_names[1]}"
    assert np.isnan(values[0]).all()
    assert np.isfinite(values[1]).all()


def test_every_search_of_coupled_designs_is_complete_and_told(ran):
    network, *_ = ran
    rows = json.loads((paths.METRICS / "coupling.json").read_text())["searches"]
    assert [row["product"] for row in rows] == ["L-tyrosine", "L-phenylalanine"]
    count = len(network.genes)
    for row, told in zip(rows, coupling_rows(Path()), strict=True):
        assert row["unsettled"] == 0
        if not row["coupled"]:
            assert (row["searched"], row["sets"]) == (2, count + count * (count - 1) // 2)
            assert told[2] == "all sets of up to 2"
        assert len(row["listed"]) == min(row["designs"], 20)
        assert all(each["guaranteed"] > 0 for each in row["listed"])
