"""From a raw folder to the graph: simulated files through the real readers, and a part of the public ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.errors import KnockonError
from knockon.graph.build import GraphSummary, build_yeast_graph
from knockon.graph.dump import read_dump
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.manifest import RawFile
from knockon.graph.profiles import PROFILE_STRAIN_SCHEMA, PROFILE_VALUE_SCHEMA, declared
from knockon.graph.query import read_query
from knockon.graph.rejects import GRAPH_REJECT_SCHEMA
from knockon.sources.registry import load_registry
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast
from knockon.sources.yeast.morphology import read_scmd_mutants
from tests.graph.made_up import FILES

FOLDER = Path(__file__).resolve().parents[2] / "queries" / "yeast"
QUERIES = sorted(FOLDER.glob("*.cypher"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GraphSummary]:
    """A small simulated yeast and its graph."""
    folder = tmp_path_factory.mktemp("build")
    simulate_yeast(folder / "raw", SimulationSettings(genes=120, pairs=1_500, seed=1, dcell_pairs=200))
    return folder, build_yeast_graph(folder / "raw", folder / "graph" / "yeast", folder / "rejected.parquet", FILES)


def test_every_label_of_a_simulated_yeast_has_rows(built: tuple[Path, GraphSummary]) -> None:
    """All rooms of the sources reach the graph; S-scores are the one thing that is not simulated."""
    _, summary = built
    assert {label for label, count in summary.counts.items() if not count} == {"SScoreExperiment"}
    assert summary.counts["Perturbs"] > summary.counts["MeasuredIn"] > 1_500
    assert summary.unused == []


def test_the_scratch_folder_is_gone_and_rejects_are_written(built: tuple[Path, GraphSummary]) -> None:
    """Only the dump stays; every rejected row is in the table that the summary counts."""
    folder, summary = built
    assert [path.name for path in (folder / "graph").iterdir()] == ["yeast"]
    rejected = pq.read_table(folder / "rejected.parquet")
    assert rejected.schema.equals(GRAPH_REJECT_SCHEMA)
    assert rejected.num_rows == sum(sum(reasons.values()) for reasons in summary.rejects.values())


def test_every_edge_ends_in_the_graph(built: tuple[Path, GraphSummary]) -> None:
    """The store refuses a dangling edge; counts in the database equal those of the build."""
    folder, summary = built
    with EmbeddedStore(memory_bytes=512 << 20, threads=1) as store:
        store.load(folder / "graph" / "yeast")
        assert store.counts() == summary.counts


@pytest.fixture(scope="module")
def store(built: tuple[Path, GraphSummary]) -> Iterator[EmbeddedStore]:
    """The simulated graph, loaded."""
    with EmbeddedStore(memory_bytes=512 << 20, threads=1) as opened:
        opened.load(built[0] / "graph" / "yeast")
        yield opened


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_query_runs_on_a_graph_with_all_rooms(store: EmbeddedStore, path: Path) -> None:
    """A label that is renamed in the schema must not leave a query behind."""
    query = read_query(path)
    assert next(store.query(query.text, query.defaults)).num_columns


def test_every_value_of_a_profile_comes_back_from_the_graph(
    built: tuple[Path, GraphSummary], store: EmbeddedStore
) -> None:
    """From the published file to the query: strain, component, unit and value; what was not measured has no row."""
    raw = built[0] / "raw"
    written = read_scmd_mutants(raw / "morphology/mt4718data.tsv").table
    assert written.num_rows < len(set(written["strain"].to_pylist())) * 281, "the file must lack some values"
    expected = {(row["strain"], row["component"], row["unit"]): row["value"] for row in written.to_pylist()}
    rows = _asked(store, "profiles", phenotype="morphology")
    strains = {row["id"]: row for row in _asked(store, "profile_strains")}
    chosen = [row for row in rows if strains[row["id"]]["dataset"] == "simulated_morphology"]
    found = {(strains[row["id"]]["strain"], row["component"], row["unit"]): row["value"] for row in chosen}
    assert found == expected
    assert {row["gene"] for row in strains.values() if row["dataset"] == "simulated_morphology"} <= {
        key[0] for key in expected
    }
    assert {row["gene"] for row in strains.values() if row["dataset"] == "simulated_morphology_wildtype"} == {None}


def test_profiles_of_the_query_fit_their_declared_schemas(store: EmbeddedStore) -> None:
    """The query stage writes these schemas; a renamed column is an error of one line."""
    for name, schema in (("profiles", PROFILE_VALUE_SCHEMA), ("profile_strains", PROFILE_STRAIN_SCHEMA)):
        query = read_query(FOLDER / f"{name}.cypher")
        rows = pa.Table.from_batches(list(store.query(query.text, query.defaults)))
        assert declared(rows, schema).schema.equals(schema)
        with pytest.raises(KnockonError, match="returns no id"):
            declared(rows.drop_columns("id"), schema)


def _asked(store: EmbeddedStore, name: str, **parameters: str) -> list[dict[str, Any]]:
    query = read_query(FOLDER / f"{name}.cypher")
    batches = store.query(query.text, {**query.defaults, **parameters})
    return [row for batch in batches for row in batch.to_pylist()]


def test_a_second_build_gives_the_same_bytes(built: tuple[Path, GraphSummary], tmp_path: Path) -> None:
    """`dvc repro` on another machine must leave dvc.lock unchanged."""
    folder, _ = built
    build_yeast_graph(folder / "raw", tmp_path / "yeast", tmp_path / "rejected.parquet", FILES)
    assert read_dump(tmp_path / "yeast").content_hash() == read_dump(folder / "graph" / "yeast").content_hash()
    assert (tmp_path / "rejected.parquet").read_bytes() == (folder / "rejected.parquet").read_bytes()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "x", "path": "x.txt", "format": "sga_pears"}, "no format sga_pears"),
        ({"name": "x", "path": "x.txt", "format": "fasta"}, "lists no genes"),
    ],
)
def test_a_raw_folder_that_cannot_be_used_is_an_error(tmp_path: Path, entry: dict[str, str], message: str) -> None:
    """A wrong format name, or no genes: one message, and no dump."""
    (tmp_path / "x.txt").write_text(">a\nACGT\n")
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump([entry]))
    with pytest.raises(KnockonError, match=message):
        build_yeast_graph(tmp_path, tmp_path / "dump", tmp_path / "rejected.parquet", FILES)
    assert not (tmp_path / "dump").exists()


def test_experiments_without_provenance_are_refused(built: tuple[Path, GraphSummary], tmp_path: Path) -> None:
    """An own file needs data set, publication and medium: identity rests on them."""
    folder, _ = built
    manifest = yaml.safe_load((folder / "raw" / "manifest.yaml").read_text())
    genes = next(entry for entry in manifest if entry["format"] == "sgd_features")
    (tmp_path / "genome").mkdir()
    (tmp_path / genes["path"]).write_bytes((folder / "raw" / genes["path"]).read_bytes())
    (tmp_path / "own.txt").write_text("2\tY1\tY2\t0.1\n")
    own = {"name": "own", "path": "own.txt", "format": "dcell_pairs", "dataset": "own", "publication": "10.1/x"}
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump([genes, own]))
    with pytest.raises(KnockonError, match="own: experiments need a media"):
        build_yeast_graph(tmp_path, tmp_path / "dump", tmp_path / "rejected.parquet", FILES)


def test_own_tables_of_one_value_and_of_many_enter_the_graph(built: tuple[Path, GraphSummary], tmp_path: Path) -> None:
    """Format table is one to a person: its phenotype says whether its rows are measurements or profiles."""
    folder, _ = built
    manifest = yaml.safe_load((folder / "raw" / "manifest.yaml").read_text())
    genes = next(entry for entry in manifest if entry["format"] == "sgd_features")
    (tmp_path / "genome").mkdir()
    (tmp_path / genes["path"]).write_bytes((folder / "raw" / genes["path"]).read_bytes())
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump([genes]))
    lines = [line.split("\t") for line in (tmp_path / genes["path"]).read_text().splitlines()]
    one, two, three = [line[3] for line in lines if line[1:3] == ["ORF", "Verified"]][:3]
    (tmp_path / "fitness.csv").write_text(f"gene,growth\n{one},93\nYXX999W,80\n{two},\n")
    (tmp_path / "levels.csv").write_text(f"target,{one},{two}\n{three},-1,0.5\n{one},-2,\n")

    def own(name: str, **table: Any) -> RawFile:
        stated = {"dataset": name, "publication": "unpublished", "media": "SC", "temperature": 30.0}
        return RawFile(name, tmp_path / f"{name}.csv", "table", **stated, options=table)

    files = [
        own("fitness", phenotype="fitness", unit="percent", genes=["gene"], value="growth"),
        own("levels", phenotype="expression", unit="log2", component="target", headers="gene"),
    ]
    places = (tmp_path, tmp_path / "dump", tmp_path / "rejected.parquet", FILES)
    summary = build_yeast_graph(*places, own=files)
    counted = {label: summary.counts[label] for label in ("FitnessExperiment", "ProfileExperiment", "Measures")}
    assert counted == {"FitnessExperiment": 1, "ProfileExperiment": 2, "Measures": 3}
    assert summary.rejects == {"fitness": {"no value": 1, "unknown gene name": 1}}
    assert summary.unused == []
    with pytest.raises(KnockonError, match="two files have the name fitness"):
        build_yeast_graph(*places, own=[files[0], files[0]])


@pytest.mark.public
def test_public_genes_fitness_and_annotations(public_files: Path, tmp_path: Path) -> None:
    """Real names, alleles and annotations: what is known of these files comes out, and what is bad is counted."""
    wanted = {"sgd_features", "genome", "essential_orfs", "costanzo2016_smf_t30", "sga_strains", "go_annotations"}
    wanted |= {"cyc2008"}
    entries = _take(wanted, public_files, tmp_path / "raw")
    summary = build_yeast_graph(tmp_path / "raw", tmp_path / "dump", tmp_path / "rejected.parquet", FILES)
    genes = pq.read_table(tmp_path / "dump" / "Gene-part000.parquet")
    assert len(entries) == len(wanted)
    assert pc.sum(genes["essential"]).as_py() > 1_000
    assert pc.count(genes["coding_sequence"]).as_py() > 5_900
    assert summary.counts["FitnessExperiment"] > 11_800
    assert summary.rejects["go_annotations"]["ambiguous alias"] > 0
    assert summary.rejects["costanzo2016_smf_t30"]["no value"] > 1_000


@pytest.mark.public
def test_public_profiles_networks_and_metabolism(public_files: Path, tmp_path: Path) -> None:
    """The numbers of the published files: 4,678 strains of 19 amino acids, 126 wild types, 78,570 associations."""
    wanted = {"sgd_features", "mulleder2016_metabolome", "scmd_wildtype", "scmd_parameters", "kemmeren_growth"}
    wanted |= {"yeast_gem", "string91_database", "string91_fusion", "string91_neighborhood", "string91_cooccurence"}
    wanted |= {"dcell_genes", "dcell_dna_repair_topology", "sga_bad_strains", "uniprot_proteome", "go_names"}
    _take(wanted | {"string91_genes"}, public_files, tmp_path / "raw")
    summary = build_yeast_graph(tmp_path / "raw", tmp_path / "dump", tmp_path / "rejected.parquet", FILES)
    assert summary.unused == []
    assert summary.counts["ProfileExperiment"] == 4_678 + 126 + 1_143
    assert summary.counts["Component"] == 19 + 501 + 1
    assert summary.counts["Measures"] == 88_882 + 63_123 + 1_143
    assert summary.counts["AssociatedWith"] == 78_570
    assert summary.counts["Catalyses"] == 4_095
    assert summary.counts["PlacedUnder"] == 240
    components = pq.read_table(tmp_path / "dump" / "Component-part000.parquet")
    shapes = components.filter(pc.equal(components["phenotype"], "morphology"))
    assert pc.count(shapes["description"]).as_py() == 277


def _take(wanted: set[str], mirror: Path, raw: Path) -> list[dict[str, Any]]:
    """Link the wanted public files into a raw folder and write its manifest; returns the entries."""
    entries = []
    for known in load_registry():
        if known.name in wanted:
            path = raw / known.path.removeprefix("yeast/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(mirror / known.path)
            entries.append(known.manifest_entry())
    (raw / "manifest.yaml").write_text(yaml.safe_dump(entries))
    return entries
