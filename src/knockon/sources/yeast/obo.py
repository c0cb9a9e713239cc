"""The Gene Ontology in OBO format, parsed by obonet: its terms, and the edges between them.

Obsolete terms are kept and flagged, because old annotations still name them.
"""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from knockon.errors import FormatError
from knockon.sources.blocks import read_blocks
from knockon.sources.reading import ReadResult
from knockon.sources.tables import column

if TYPE_CHECKING:
    import networkx as nx

GO_TERM_SCHEMA = pa.schema(
    [
        column("go_id", pa.string(), "GO identifier, GO: and seven digits"),
        column("name", pa.string(), "name of the term"),
        column("namespace", pa.string(), "biological_process, molecular_function or cellular_component", nullable=True),
        column("obsolete", pa.bool_(), "true where the term is obsolete"),
    ]
)

GO_EDGE_SCHEMA = pa.schema(
    [
        column("child", pa.string(), "GO identifier of the narrower term"),
        column("parent", pa.string(), "GO identifier of the wider term"),
        column("relation", pa.string(), "is_a, part_of, or child_of where the source does not tell the two apart"),
    ]
)

HIERARCHY_RELATIONS = ("is_a", "part_of")
"""The relations along which a gene's annotation holds for the parent too (the true-path rule)."""


def read_go_terms(path: Path) -> ReadResult:
    """Read the terms of an OBO file, plain or gzip, into GO_TERM_SCHEMA, sorted by identifier.

    Raises FormatError for a file that is no OBO file.
    """
    graph = _read_graph(path)
    default = graph.graph.get("default-namespace")
    # A node that is only named as a parent, in a file that is a part of the ontology, has no data: not a term here.
    terms = sorted((term, data) for term, data in graph.nodes(data=True) if "name" in data)
    columns = {
        "go_id": [term for term, _ in terms],
        "name": [data["name"] for _, data in terms],
        "namespace": [data.get("namespace", _only(default)) for _, data in terms],
        "obsolete": [data.get("is_obsolete") == "true" for _, data in terms],
    }
    return ReadResult(pa.Table.from_pydict(columns, schema=GO_TERM_SCHEMA))


def read_go_edges(path: Path, *, relations: Iterable[str] = HIERARCHY_RELATIONS) -> ReadResult:
    """Read the edges of an OBO file, plain or gzip, into GO_EDGE_SCHEMA, sorted; only those of `relations`.

    Raises FormatError for a file that is no OBO file.
    """
    wanted = set(relations)
    edges = sorted(edge for edge in _read_graph(path).edges(keys=True) if edge[2] in wanted)
    columns = [[edge[place] for edge in edges] for place in range(3)]
    return ReadResult(
        pa.Table.from_arrays([pa.array(values, pa.string()) for values in columns], schema=GO_EDGE_SCHEMA)
    )


def _only(value: str | list[str] | None) -> str | None:
    return value[0] if isinstance(value, list) else value


def _read_graph(path: Path) -> "nx.MultiDiGraph[str]":
    import obonet

    text = b"".join(block.data for block in read_blocks(path)).decode()
    if "[Term]" not in text:
        raise FormatError(f"{path}: holds no [Term]; is it an OBO file?")
    try:
        return obonet.read_obo(io.StringIO(text), ignore_obsolete=False)
    except (ValueError, KeyError, TypeError) as error:
        reason, _, quoted = str(error).partition("\n")
        lines = text.splitlines()
        where = f", line {lines.index(quoted.strip()) + 1}" if quoted.strip() in lines else ""
        shown = " ".join(f"{reason} {quoted}".split())[:200]
        raise FormatError(f"{path}{where}: obonet can't read it: {shown}") from error
