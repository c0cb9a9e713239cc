"""The dump: the Arrow writer and BioCypher agree row by row; bytes repeat; broken input leaves nothing behind."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.graph.adapters.genes import gene_nodes
from knockon.graph.biocypher_writer import IMPORT_CALL, BioCypherFiles, write_with_biocypher
from knockon.graph.dump import MANIFEST, read_dump, write_dump
from knockon.graph.parts import edge_part, node_part, part_name
from knockon.graph.schema import read_schema
from knockon.graph.tables import EdgeTable, NodeTable
from tests.graph.made_up import FILES, experiments, genes, measurements, pairs, source


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_arrow_writer_gives_the_rows_that_biocypher_writes(tmp_path: Path) -> None:
    """BioCypher is the authority: same columns, same types, same values in the same order (row-equal, not byte-equal).

    One difference is allowed: where a column holds no value at all BioCypher infers the null type.
    """
    schema = read_schema(FILES.schema)
    rows = measurements(
        {"gene_a": "YAL001C", "value": 0.25, "standard_deviation": 0.1, "allele_a": 'a "quoted", ; allele'},
        {"gene_a": "YBL002W", "gene_b": "YCL003W", "value": 0.5, "n": 3},
    )
    bulk = [*experiments(tmp_path / "s", source(rows), source(pairs(50), name="b")).tables(), gene_nodes(genes())]
    nodes = [NodeTable(table.label, table.table) for table in bulk if isinstance(table, NodeTable)]
    edges = [table for table in bulk if isinstance(table, EdgeTable)]
    (tmp_path / "biocypher").mkdir()
    write_with_biocypher(FILES, nodes, edges, tmp_path / "biocypher")
    checked = 0
    for label in {table.label for table in bulk}:
        parts = [node_part(schema.node(label), table) for table in nodes if table.label == label]
        parts += [edge_part(schema.edge(label), table) for table in edges if table.label == label]
        ours = pa.concat_tables(parts)
        theirs = pq.read_table(tmp_path / "biocypher" / part_name(label, 0))
        assert theirs.column_names == ours.column_names
        for name in ours.column_names:
            assert theirs.schema.field(name).type in (ours.schema.field(name).type, pa.null()), (label, name)
        assert theirs.to_pylist() == ours.to_pylist()
        checked += ours.num_rows
    assert checked == 52 + 4 + 103 + 52


def test_a_dump_is_the_same_bytes_on_every_run(
    tmp_path: Path, tiny_dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DVC versions these files: another order or a path of this machine in them would re-version all of them.

    Nor does BioCypher drop its log folder where a stage runs.
    """
    monkeypatch.chdir(tmp_path)
    fitness = measurements(
        {"gene_a": "TFC3", "value": 0.5, "standard_deviation": 0.1},
        {"gene_a": "YBL002W", "kind_a": "ts", "allele_a": "htb2-1", "value": 0.7, "temperature": 26.0},
        {"gene_a": "YBL002W", "gene_b": "YAL001C", "value": 0.4, "standard_deviation": 0.2, "n": 4},
    )
    collected = experiments(tmp_path / "scratch", source(fitness), source(pairs(40), name="pairs"))
    again = write_dump(
        tmp_path / "again", [gene_nodes(genes()), *collected.tables(), *collected.context.tables()], FILES
    )
    assert _files(again.folder) == _files(tiny_dump)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "scratch"]
    text = (tiny_dump / IMPORT_CALL).read_text()
    assert str(tiny_dump.parent) not in text
    assert "/tmp" not in text
    assert text.index("Environment-part") < text.index("Gene-part")


def test_dump_json_states_labels_units_and_parts(tiny_dump: Path) -> None:
    """Stores create their tables from it; people look units up in it."""
    dump = read_dump(tiny_dump)
    assert dump.counts()["InteractionExperiment"] == 40
    assert dump.counts()["Complex"] == 0
    assert [(part.source, part.target) for part in dump.parts["Perturbs"]] == [
        ("FitnessExperiment", "Gene"),
        ("InteractionExperiment", "Gene"),
    ]
    assert dump.schema.entities["Environment"].units["temperature"] == "°C"
    assert dump.schema.entities == read_schema(FILES.schema).entities


def test_no_blobs(tiny_dump: Path) -> None:
    """Every property is a scalar or a list of strings; earlier systems repeated one JSON text in every node."""
    allowed = {pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.list_(pa.string())}
    for path in tiny_dump.glob("*.parquet"):
        table = pq.read_table(path)
        assert {pa.list_(pa.string()) if pa.types.is_list(kind) else kind for kind in table.schema.types} <= allowed
        for name in table.column_names:
            if table.schema.field(name).type == pa.string():
                assert not any((value or "").startswith(("{", "[{")) for value in table[name].to_pylist())


def _node(*identifiers: str, label: str = "Publication", bulk: bool = False) -> NodeTable:
    return NodeTable(label, pa.table({"id": list(identifiers), "reference": list(identifiers)}), bulk)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([_node("a", "a")], "a occurs twice"),
        ([_node("a"), NodeTable("Pathway", pa.table({"id": ["a"], "name": ["x"]}))], "a occurs twice"),
        ([], "no nodes"),
        ([_node("b", "a", bulk=True)], "increasing order of id"),
        ([_node("b", bulk=True), _node("a", bulk=True)], "increasing order of id"),
        ([_node("a"), _node("b")], "second table"),
        ([NodeTable("Publication", pa.table({"id": ["a"]}))], "columns differ.*reference"),
        ([NodeTable("Publication", pa.table({"id": [None], "reference": ["a"]}))], "id must be strings"),
        ([NodeTable("Environment", pa.table({"id": ["a"], "media": ["x"], "temperature": ["warm"]}))], "not of type"),
        ([_node("a", label="Paper")], "Paper is not a node"),
        (
            [EdgeTable("IsA", "Gene", "GoTerm", pa.table({"source": ["a"], "target": ["b"], "relation": ["x"]}))],
            "may not",
        ),
    ],
)
def test_tables_that_break_the_schema_are_refused_and_leave_nothing(
    tmp_path: Path, tables: list[NodeTable | EdgeTable], message: str
) -> None:
    """A wrong adapter must not write a dump that only fails in the database."""
    with pytest.raises(KnockonError, match=message):
        write_dump(tmp_path / "dump", tables, FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_build_keeps_the_dump_that_was_there(tmp_path: Path, tiny_dump: Path) -> None:
    """A killed or failed stage must not take the last good artifact with it."""
    shutil.copytree(tiny_dump, tmp_path / "dump")
    with pytest.raises(KnockonError):
        write_dump(tmp_path / "dump", [_node("b", "b")], FILES)
    assert _files(tmp_path / "dump") == _files(tiny_dump)


def test_biocypher_speaks_for_itself_when_it_fails(tmp_path: Path) -> None:
    """An ontology that isn't Turtle gives BioCypher's own words, not a traceback of ours."""
    broken = tmp_path / "broken.ttl"
    broken.write_text("this is not Turtle")
    with pytest.raises(KnockonError, match="BioCypher could not write"):
        write_dump(tmp_path / "dump", [_node("a")], BioCypherFiles(FILES.schema, broken, FILES.config))
    missing = BioCypherFiles(FILES.schema, tmp_path / "none.ttl", FILES.config)
    with pytest.raises(KnockonError, match=r"none\.ttl: there is no such file"):
        write_dump(tmp_path / "dump", [_node("a")], missing)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no graph dump"),
        ("{", "not valid JSON"),
        (json.dumps({"type": "knockon.graph.dump", "version": 2}), "version 2"),
        ("[]", "not knockon"),
    ],
)
def test_what_is_no_dump_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    """A newer dump must be refused, not misread."""
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(FormatError, match=message):
        read_dump(tmp_path)


def test_a_missing_part_is_named(tmp_path: Path, tiny_dump: Path) -> None:
    """Half a checkout must not load as a small graph."""
    shutil.copytree(tiny_dump, tmp_path / "dump")
    (tmp_path / "dump" / "Publication-part000.parquet").unlink()
    with pytest.raises(FormatError, match=r"Publication-part000\.parquet is missing"):
        read_dump(tmp_path / "dump")
