"""The embedded store: the dump's rows come back, the index follows the dump, memory and threads are bounded."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.graph.dump import Part, read_dump
from knockon.graph.embedded import EmbeddedStore, _groups


def _rows(store: EmbeddedStore, text: str, **parameters: str) -> list[dict[str, object]]:
    return pa.Table.from_batches(list(store.query(text, parameters))).to_pylist()


def test_every_row_of_the_dump_is_in_the_store(tiny_dump: Path, tiny_store: EmbeddedStore) -> None:
    """Counts of all labels, empty ones too, equal those of the dump."""
    assert tiny_store.counts() == read_dump(tiny_dump).counts()


def test_properties_keep_their_values_and_types(tiny_store: EmbeddedStore) -> None:
    """Lists, missing values and numbers survive the way through the database."""
    text = """MATCH (g:Gene {id: $gene})
              RETURN g.aliases AS a, g.essential AS e, g.start AS s, g.stop AS t, g.preferred_id AS p"""
    assert _rows(tiny_store, text, gene="YAL001C") == [
        {"a": ["FUN24", "TSV115"], "e": None, "s": 100, "t": 108, "p": "sgd.systematic_name"}
    ]
    text = """MATCH (g:Gene)<-[p:Perturbs]-(e:FitnessExperiment)-[:MeasuredIn]->(v:Environment)
              WHERE v.temperature < 27 RETURN g.id AS gene, p.kind AS kind, p.allele AS allele, e.value AS value"""
    assert _rows(tiny_store, text) == [{"gene": "YBL002W", "kind": "ts", "allele": "htb2-1", "value": 0.7}]


def test_a_query_without_rows_keeps_its_columns(tiny_store: EmbeddedStore) -> None:
    """Stages write tables from it; a table without columns would break the next stage."""
    (batch,) = tiny_store.query("MATCH (p:Pathway) RETURN p.id AS id, p.name AS name")
    assert (batch.num_rows, batch.schema.names) == (0, ["id", "name"])


def test_the_index_is_built_once_and_again_when_the_dump_changes(tmp_path: Path, tiny_dump: Path) -> None:
    """A stale index would answer from an old graph."""
    dump = tmp_path / "dump"
    shutil.copytree(tiny_dump, dump)
    with EmbeddedStore(memory_bytes=256 << 20) as store:
        store.load(dump)
        (first,) = (tmp_path / ".index").glob("*.ladybug")
        stamp = first.stat().st_mtime_ns
        store.load(dump)
        assert first.stat().st_mtime_ns == stamp
        part = dump / "Gene-part000.parquet"
        genes = pq.read_table(part)
        pq.write_table(genes.set_column(1, "standard_name", pa.array(["NEW"] * genes.num_rows)), part)
        store.load(dump)
        assert _rows(store, "MATCH (g:Gene) RETURN DISTINCT g.standard_name AS n") == [{"n": "NEW"}]
        assert [path != first for path in (tmp_path / ".index").glob("*.ladybug")] == [True], "the old index goes"
    assert (tmp_path / ".index" / ".gitignore").read_text() == "*\n"


def test_a_failed_index_leaves_nothing_behind(tmp_path: Path, tiny_dump: Path) -> None:
    """A damaged part gives its name; a half-built index must never be taken for a whole one."""
    dump = tmp_path / "dump"
    shutil.copytree(tiny_dump, dump)
    part = dump / "Perturbs-part000.parquet"
    part.write_bytes(part.read_bytes()[:200])
    with EmbeddedStore(memory_bytes=256 << 20) as store, pytest.raises(KnockonError, match="Perturbs-part000"):
        store.load(dump)
    assert [path.name for path in (tmp_path / ".index").iterdir()] == [".gitignore"]


def test_an_edge_to_a_node_that_is_not_there_is_an_error(tmp_path: Path, tiny_dump: Path) -> None:
    """Adapters reject unknown genes; one that slips through must not vanish in the database."""
    dump = tmp_path / "dump"
    shutil.copytree(tiny_dump, dump)
    part = dump / "Perturbs-part000.parquet"
    edges = pq.read_table(part)
    place = edges.column_names.index(":END_ID")
    pq.write_table(edges.set_column(place, ":END_ID", pa.array(["NOPE"] * edges.num_rows)), part)
    with EmbeddedStore(memory_bytes=256 << 20) as store, pytest.raises(KnockonError, match="NOPE"):
        store.load(dump)


def test_types_that_differ_from_dump_json_are_refused(tmp_path: Path, tiny_dump: Path) -> None:
    """Otherwise the database would cast them silently."""
    dump = tmp_path / "dump"
    shutil.copytree(tiny_dump, dump)
    part = dump / "Gene-part000.parquet"
    genes = pq.read_table(part)
    place = genes.column_names.index("start")
    pq.write_table(genes.set_column(place, "start", genes["start"].cast(pa.string())), part)
    with EmbeddedStore(memory_bytes=256 << 20) as store, pytest.raises(KnockonError, match="column types"):
        store.load(dump)


def test_paths_with_odd_characters_work(tmp_path: Path, tiny_dump: Path) -> None:
    """Quotes and brackets in a folder's name are no Cypher and no glob pattern."""
    dump = tmp_path / "it's [a] *folder*" / "dump"
    shutil.copytree(tiny_dump, dump)
    with EmbeddedStore(memory_bytes=256 << 20) as store:
        store.load(dump)
        assert store.counts()["Gene"] == 4


def test_a_store_that_never_loaded_says_so() -> None:
    """The first mistake with the library."""
    store = EmbeddedStore()
    with pytest.raises(KnockonError, match="call load first"):
        store.query("RETURN 1")
    with pytest.raises(KnockonError, match="call load first"):
        store.schema()
    store.close()


def test_parts_are_copied_in_groups_of_bounded_size() -> None:
    """One copy of everything takes gigabytes; a copy for each part rewrites what is there again and again."""
    sizes = [4, 4, 4, 20, 1, 1]
    parts = [Part(f"p{i}", rows, "A" if i < 5 else "B", "G") for i, rows in enumerate(sizes)]
    assert [[part.rows for part in group] for group in _groups(parts, 10)] == [[4, 4], [4], [20], [1], [1]]
    assert list(_groups([], 10)) == []


def test_kuzu_is_never_imported() -> None:
    """LadybugDB and Kuzu in one process end in a crash."""
    command = "import knockon.graph.embedded, sys; sys.exit('kuzu' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
