"""From a raw folder to the graph: simulated files through the real readers, and a part of the public ones."""

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.errors import KnockonError
from knockon.graph.build import GraphSummary, build_yeast_graph
from knockon.graph.dump import read_dump
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.rejects import GRAPH_REJECT_SCHEMA
from knockon.sources.registry import load_registry
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast

from .made_up import FILES


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


@pytest.mark.public
def test_public_genes_fitness_and_annotations(public_files: Path, tmp_path: Path) -> None:
    """Real names, alleles and annotations: what is known of these files comes out, and what is bad is counted."""
    wanted = {"sgd_features", "genome", "essential_orfs", "costanzo2016_smf_t30", "go_annotations", "cyc2008"}
    entries = []
    for known in load_registry():
        if known.name in wanted:
            path = tmp_path / "raw" / known.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(public_files / known.path)
            keys = ("name", "path", "format", "dataset", "publication", "media", "temperature")
            entries.append({key: getattr(known, key) for key in keys})
    (tmp_path / "raw" / "manifest.yaml").write_text(yaml.safe_dump(entries))
    summary = build_yeast_graph(tmp_path / "raw", tmp_path / "dump", tmp_path / "rejected.parquet", FILES)
    genes = pq.read_table(tmp_path / "dump" / "Gene-part000.parquet")
    assert len(entries) == len(wanted)
    assert pc.sum(genes["essential"]).as_py() > 1_000
    assert pc.count(genes["coding_sequence"]).as_py() > 5_900
    assert summary.counts["FitnessExperiment"] > 11_800
    assert summary.rejects["go_annotations"]["ambiguous alias"] > 0
    assert summary.rejects["costanzo2016_smf_t30"]["no value"] > 1_000
