"""The yeast graph from a raw folder: every file of its manifest goes through its reader and its room's adapter."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knockon.atomic import write_parquet
from knockon.errors import KnockonError
from knockon.graph.adapters.naming import Naming
from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.dump import write_dump
from knockon.graph.knowledge import knowledge
from knockon.graph.library import Library
from knockon.graph.manifest import RawFile, read_manifest
from knockon.graph.phenotypes import phenotypes
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.sources.formats import Format
from knockon.sources.yeast.formats import FORMATS
from knockon.sources.yeast.names import GeneNames


@dataclass(frozen=True)
class GraphSummary:
    """What a build made: rows by label, rejected rows by source and reason, and files that no adapter reads."""

    counts: dict[str, int]
    rejects: dict[str, dict[str, int]]
    unused: list[str]


def build_yeast_graph(
    raw: Path,
    dump: Path,
    rejected: Path,
    files: BioCypherFiles,
    formats: Mapping[str, Format] = FORMATS,
    own: Sequence[RawFile] = (),
) -> GraphSummary:
    """Build the dump of all files in `raw`/manifest.yaml; write rejected rows (GRAPH_REJECT_SCHEMA) to `rejected`.

    own: files from elsewhere, read after those of the manifest.

    Raises KnockonError or FormatError for a manifest or file that can't be used, or where there are no genes.
    """
    library = Library([*read_manifest(raw), *own], formats)
    dump.parent.mkdir(parents=True, exist_ok=True)
    # Beside the dump, not in /tmp: measurements are sorted on disk, and /tmp is often small.
    with tempfile.TemporaryDirectory(dir=dump.parent, prefix=f"{dump.name}.tmp-{os.getpid()}-") as scratch:
        written = write_dump(dump, _tables(library, Path(scratch)), files)
    write_parquet(rejected, library.rejects.table())
    return GraphSummary(written.counts(), library.rejects.counts(), library.unused())


def _tables(library: Library, scratch: Path) -> Iterator[NodeTable | EdgeTable]:
    genes = library.joined("sgd_features")
    if genes is None or not genes.num_rows:
        raise KnockonError("the manifest lists no genes: it needs a file of format sgd_features")
    naming = Naming(GeneNames(genes), library.rejects)
    yield from knowledge(library, naming, genes)
    yield from phenotypes(library, naming, scratch)
