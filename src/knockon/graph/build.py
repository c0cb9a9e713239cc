"""The yeast graph from a raw folder: every file of its manifest goes through its reader and its room's adapter."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.atomic import write_parquet
from knockon.errors import KnockonError
from knockon.graph.adapters.experiments import Experiments, MeasurementSource
from knockon.graph.adapters.genes import gene_nodes
from knockon.graph.adapters.naming import Naming
from knockon.graph.adapters.networks import association_edges, membership, regulation_edges
from knockon.graph.adapters.ontology import annotation_edges, slim_edges, term_edges, term_nodes
from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.dump import write_dump
from knockon.graph.manifest import RawFile, read_manifest
from knockon.graph.rejects import Rejects
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.progress import track
from knockon.sources.coding import coding_sequences
from knockon.sources.formats import FORMATS, Format
from knockon.sources.names import GeneNames
from knockon.sources.obo import read_go_edges
from knockon.sources.reading import ReadResult
from knockon.sources.sgd_features import read_sgd_segments

NEGATED = "annotation says NOT"

_BLOCK_ROWS = 1 << 20


@dataclass(frozen=True)
class GraphSummary:
    """What a build made: rows by label, rejected rows by source and reason, and files that no adapter reads."""

    counts: dict[str, int]
    rejects: dict[str, dict[str, int]]
    unused: list[str]


def build_yeast_graph(
    raw: Path, dump: Path, rejected: Path, files: BioCypherFiles, formats: Mapping[str, Format] = FORMATS
) -> GraphSummary:
    """Build the dump of all files in `raw`/manifest.yaml; write rejected rows (GRAPH_REJECT_SCHEMA) to `rejected`.

    Raises KnockonError or FormatError for a manifest or file that can't be used, or where there are no genes.
    """
    library = _Library(read_manifest(raw), formats)
    dump.parent.mkdir(parents=True, exist_ok=True)
    # Beside the dump, not in /tmp: measurements are sorted on disk, and /tmp is often small.
    with tempfile.TemporaryDirectory(dir=dump.parent, prefix=f"{dump.name}.tmp-") as scratch:
        written = write_dump(dump, _tables(library, Path(scratch)), files)
    write_parquet(rejected, library.rejects.table())
    return GraphSummary(written.counts(), library.rejects.counts(), library.unused())


@dataclass
class _Library:
    """The raw files, read when asked for; rejected rows are collected on the way."""

    files: list[RawFile]
    formats: Mapping[str, Format]
    rejects: Rejects = field(default_factory=Rejects)
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for file in self.files:
            if file.format is not None and file.format not in self.formats:
                raise KnockonError(f"{file.name}: there is no format {file.format}; see knockon sources formats")

    def of_format(self, *formats: str) -> list[RawFile]:
        """The files of these formats, in the manifest's order."""
        chosen = [file for file in self.files if file.format in formats]
        self._used |= {file.name for file in chosen}
        return chosen

    def experiments(self) -> list[RawFile]:
        """The files of measurements."""
        return self.of_format(*(name for name, known in self.formats.items() if known.produces == "experiments"))

    def read(self, file: RawFile) -> pa.Table:
        """Accepted rows of a file."""
        return self.accept(file, self.formats[str(file.format)].read(file.path, **file.arguments()))

    def accept(self, file: RawFile, result: ReadResult) -> pa.Table:
        """Keep a result's rejects and give its rows."""
        self.rejects.add(file.name, result.rejects)
        return result.table

    def joined(self, format_: str) -> pa.Table | None:
        """All rows of all files of a format; None where there is no such file."""
        tables = [self.read(file) for file in self.of_format(format_)]
        return pa.concat_tables(tables).combine_chunks() if tables else None

    def unused(self) -> list[str]:
        """Names of files that nothing asked for, neither themselves nor as another file's companion."""
        companions = {path for file in self.files for path in file.companions.values()}
        return sorted(file.name for file in self.files if file.name not in self._used and file.path not in companions)


def _tables(library: _Library, scratch: Path) -> Iterator[NodeTable | EdgeTable]:
    genes = library.joined("sgd_features")
    if genes is None or not genes.num_rows:
        raise KnockonError("the manifest lists no genes: it needs a file of format sgd_features")
    naming = Naming(GeneNames(genes), library.rejects)
    essential = library.joined("essential_orfs")
    known = None if essential is None else essential["gene"].combine_chunks()
    yield gene_nodes(genes, _coding(library, genes), known)
    yield from _ontology(library, naming)
    yield from _networks(library, naming)
    yield from _experiments(library, naming, scratch)


def _coding(library: _Library, genes: pa.Table) -> pa.Table | None:
    genome = library.joined("fasta_genome")
    if genome is None:
        return None
    # The reader of the genes has rejected the bad lines of the same files already.
    segments = [read_sgd_segments(file.path).table for file in library.of_format("sgd_features")]
    known = pa.concat_tables(segments)
    known = known.filter(pc.is_in(known["systematic_name"], value_set=genes["systematic_name"].combine_chunks()))
    return coding_sequences(genes, known, genome)


def _ontology(library: _Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    edges: list[EdgeTable] = []
    hierarchy = [library.read(file) for file in library.of_format("go_child_parent")]
    hierarchy += [read_go_edges(file.path).table for file in library.of_format("go_obo")]
    hierarchy += [library.read(file) for file in library.of_format("go_edges")]
    if hierarchy:
        edges.append(term_edges(pa.concat_tables(hierarchy)))
    annotations = [_annotations(library, naming, file) for file in library.of_format("gaf")]
    if annotations:
        edges.append(annotation_edges(pa.concat_tables(annotations)))
    slims = [_resolved(library, naming, file, "gene") for file in library.of_format("go_slim")]
    if slims:
        slim = pa.concat_tables(slims)
        edges.append(slim_edges(slim.filter(pc.is_valid(slim["go_id"]))))
    if edges:
        described = [library.read(file) for file in library.of_format("go_obo", "go_names")]
        yield term_nodes(edges, described)
        yield from edges


def _annotations(library: _Library, naming: Naming, file: RawFile) -> pa.Table:
    rows = library.read(file)
    negated = rows.filter(rows["negated"])
    if negated.num_rows:
        values = pc.binary_join_element_wise(negated["gene"], negated["go_id"], " ").combine_chunks()
        lines = pa.nulls(len(values), pa.int64())
        reasons = pa.repeat(pa.scalar(NEGATED), len(values))
        library.rejects.add_rows(file.name, file.path.name, lines, values, reasons)
    return naming.resolve(rows.filter(pc.invert(rows["negated"])), ("gene",), file.name, file.path.name)


def _networks(library: _Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    links = [
        _resolved(library, naming, file, "protein_a", "protein_b") for file in library.of_format("string_physical")
    ]
    if links:
        yield association_edges(pa.concat_tables(links))
    regulations = [
        _resolved(library, naming, file, "regulator", "target").select(["regulator", "target"])
        for file in library.of_format("yeastract", "chip_network")
    ]
    if regulations:
        yield regulation_edges(pa.concat_tables(regulations))
    pathways = [_resolved(library, naming, file, "gene") for file in library.of_format("sgd_pathways")]
    if pathways:
        members = pa.concat_tables(pathways)
        members = members.filter(pc.is_valid(members["gene"]))
        names = members["pathway"]
        yield from membership("Pathway", pa.table({"id": names, "name": names, "gene": members["gene"]}))
    proteins = library.joined("uniprot_fasta")
    complexes = [_complexes(library, naming, file, proteins) for file in library.of_format("cyc2008", "complex_portal")]
    if complexes:
        yield from membership("Complex", pa.concat_tables(complexes))


def _complexes(library: _Library, naming: Naming, file: RawFile, proteins: pa.Table | None) -> pa.Table:
    """Members that are genes or products of genes; a protein's accession leads to its gene through UniProt."""
    rows = library.read(file)
    rows = rows.filter(pc.is_in(rows["member_kind"], value_set=pa.array(["gene", "protein"])))
    members = rows["member"].combine_chunks()
    if proteins is not None:
        places = pc.index_in(members, value_set=proteins["accession"].combine_chunks())
        members = pc.coalesce(proteins["gene"].combine_chunks().take(places), members)
    named = pa.table({"id": rows["complex_id"], "name": rows["name"], "gene": members})
    return naming.resolve(named, ("gene",), file.name, file.path.name)


def _resolved(library: _Library, naming: Naming, file: RawFile, *columns: str) -> pa.Table:
    return naming.resolve(library.read(file), columns, file.name, file.path.name)


def _experiments(library: _Library, naming: Naming, scratch: Path) -> Iterator[NodeTable | EdgeTable]:
    experiments = Experiments(scratch, naming)
    for file in track(library.experiments(), "reading experiments"):
        experiments.add(_measurement_source(library, file))
    yield from experiments.tables()
    if experiments.sources:
        yield from experiments.context()


def _measurement_source(library: _Library, file: RawFile) -> MeasurementSource:
    for key in ("dataset", "publication", "media"):
        if not getattr(file, key):
            raise KnockonError(f"{file.name}: experiments need a {key}: state it in the manifest")
    return MeasurementSource(
        file.name,
        file.path.name,
        str(file.format),
        str(file.dataset),
        str(file.publication),
        str(file.media),
        file.temperature,
        _blocks(library, file),
    )


def _blocks(library: _Library, file: RawFile) -> Iterator[pa.Table]:
    """Accepted rows of a file in blocks of bounded size, also where its reader gives one large table."""
    for result in library.formats[str(file.format)].blocks(file.path, **file.arguments()):
        table = library.accept(file, result)
        for start in range(0, table.num_rows, _BLOCK_ROWS):
            yield table.slice(start, _BLOCK_ROWS)
