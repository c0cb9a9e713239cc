"""What is known of genes, before any experiment: features, ontology, networks, metabolism, strains."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.genes import gene_nodes
from knockon.graph.adapters.metabolism import metabolism
from knockon.graph.adapters.naming import Naming
from knockon.graph.adapters.networks import (
    association_edges,
    functional_edges,
    membership,
    protein_tables,
    regulation_edges,
)
from knockon.graph.adapters.ontology import (
    annotation_edges,
    placement_edges,
    slim_edges,
    tag_edges,
    term_edges,
    term_nodes,
)
from knockon.graph.adapters.strains import strain_tables
from knockon.graph.library import Library
from knockon.graph.manifest import RawFile
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.sources.yeast.coding import coding_sequences
from knockon.sources.yeast.metabolic_model import read_gem_metabolites
from knockon.sources.yeast.obo import read_go_edges
from knockon.sources.yeast.sga_names import parse_strains
from knockon.sources.yeast.sgd_features import read_sgd_segments

NEGATED = "annotation says NOT"


def knowledge(library: Library, naming: Naming, genes: pa.Table) -> Iterator[NodeTable | EdgeTable]:
    """Yield genes and everything that is known of them. `genes`: GENE_SCHEMA."""
    essential = library.joined("essential_orfs")
    known = None if essential is None else essential["gene"].combine_chunks()
    upstream = library.all_resolved(naming, ("upstream_fasta",), "name")
    features = library.all_resolved(naming, ("sgd_gff",), "id")
    if upstream is not None:
        upstream = upstream.rename_columns({"name": "gene"})
    if features is not None:
        features = features.drop_columns("gene").rename_columns({"id": "gene"})
        features = features.filter(pc.is_valid(features["gene"]))
    yield gene_nodes(genes, _coding(library, genes), known, upstream, features)
    yield from _ontology(library, naming, features)
    yield from _networks(library, naming)
    yield from _sets(library, naming)
    yield from _metabolism(library, naming)
    yield from _strains(library, naming)


def _coding(library: Library, genes: pa.Table) -> pa.Table | None:
    genome = library.joined("fasta_genome")
    if genome is None:
        return None
    # The reader of the genes has rejected the bad lines of the same files already.
    segments = [read_sgd_segments(file.path).table for file in library.of_format("sgd_features")]
    known = pa.concat_tables(segments)
    known = known.filter(pc.is_in(known["systematic_name"], value_set=genes["systematic_name"].combine_chunks()))
    return coding_sequences(genes, known, genome)


def _ontology(library: Library, naming: Naming, features: pa.Table | None) -> Iterator[NodeTable | EdgeTable]:
    edges: list[EdgeTable] = []
    hierarchy = [library.read(file) for file in library.of_format("go_child_parent")]
    hierarchy += [read_go_edges(file.path).table for file in library.of_format("go_obo")]
    hierarchy += [library.read(file) for file in library.of_format("go_edges")]
    if hierarchy:
        edges.append(term_edges(pa.concat_tables(hierarchy)))
    annotations = [_annotations(library, naming, file) for file in library.of_format("gaf")]
    if annotations:
        edges.append(annotation_edges(pa.concat_tables(annotations)))
    slim = library.all_resolved(naming, ("go_slim",), "gene")
    if slim is not None:
        edges.append(slim_edges(slim.filter(pc.is_valid(slim["go_id"]))))
    if features is not None:
        edges.append(tag_edges(features))
    edges.extend(_placements(library, naming))
    if edges:
        described = [library.read(file) for file in library.of_format("go_obo", "go_names")]
        yield term_nodes(edges, described)
        yield from edges


def _annotations(library: Library, naming: Naming, file: RawFile) -> pa.Table:
    rows = library.read(file)
    negated = rows.filter(rows["negated"])
    if negated.num_rows:
        values = pc.binary_join_element_wise(negated["gene"], negated["go_id"], " ").combine_chunks()
        lines = pa.nulls(len(values), pa.int64())
        reasons = pa.repeat(pa.scalar(NEGATED), len(values))
        library.rejects.add_rows(file.name, file.path.name, lines, values, reasons)
    return naming.resolve(rows.filter(pc.invert(rows["negated"])), ("gene",), file.name, file.path.name)


def _placements(library: Library, naming: Naming) -> Iterator[EdgeTable]:
    """The hierarchies that models are built on: one for each file of DCell's topology."""
    genes, terms = [], []
    for file in library.of_format("dcell_topology"):
        rows = library.read(file)
        placed = {name: _listed(rows, name, file.name) for name in ("genes", "children")}
        genes.append(naming.resolve(placed["genes"], ("child",), file.name, file.path.name))
        terms.append(placed["children"])
    if genes:
        yield from placement_edges(pa.concat_tables(genes), pa.concat_tables(terms))


def _listed(rows: pa.Table, column: str, hierarchy: str) -> pa.Table:
    """What a list column names under each term, one row a name."""
    lists = rows[column].combine_chunks()
    parents = pc.list_parent_indices(lists)
    columns = {
        "child": pc.list_flatten(lists),
        "parent": rows["term"].take(parents),
        "line": rows["line"].take(parents),
    }
    return pa.table({**columns, "hierarchy": pa.repeat(pa.scalar(hierarchy), len(parents))})


def _networks(library: Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    links = library.all_resolved(naming, ("string_physical",), "protein_a", "protein_b")
    if links is not None:
        yield association_edges(links)
    functional = library.all_resolved(naming, ("string91",), "gene_a", "gene_b")
    if functional is not None:
        yield functional_edges(functional)
    regulations = [
        library.resolved(naming, file, "regulator", "target").select(["regulator", "target"])
        for file in library.of_format("yeastract", "chip_network")
    ]
    if regulations:
        yield regulation_edges(pa.concat_tables(regulations))


def _sets(library: Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    """Pathways, complexes, proteins, and the gene lists that are no file's companion."""
    members = library.all_resolved(naming, ("sgd_pathways",), "gene")
    if members is not None:
        members = members.filter(pc.is_valid(members["gene"]))
        names = members["pathway"]
        yield from membership("Pathway", pa.table({"id": names, "name": names, "gene": members["gene"]}))
    proteins = library.joined("uniprot_fasta")
    complexes = [_complexes(library, naming, file, proteins) for file in library.of_format("cyc2008", "complex_portal")]
    if complexes:
        yield from membership("Complex", pa.concat_tables(complexes))
    if proteins is not None:
        first = library.of_format("uniprot_fasta")[0]
        yield from protein_tables(naming.resolve(proteins, ("gene",), first.name, first.path.name))
    lists = [_gene_list(library, naming, file) for file in library.apart("gene_list")]
    if lists:
        yield from membership("GeneList", pa.concat_tables(lists))


def _complexes(library: Library, naming: Naming, file: RawFile, proteins: pa.Table | None) -> pa.Table:
    """Members that are genes or products of genes; a protein's accession leads to its gene through UniProt."""
    rows = library.read(file)
    rows = rows.filter(pc.is_in(rows["member_kind"], value_set=pa.array(["gene", "protein"])))
    members = rows["member"].combine_chunks()
    if proteins is not None:
        places = pc.index_in(members, value_set=proteins["accession"].combine_chunks())
        members = pc.coalesce(proteins["gene"].combine_chunks().take(places), members)
    named = pa.table({"id": rows["complex_id"], "name": rows["name"], "gene": members})
    return naming.resolve(named, ("gene",), file.name, file.path.name)


def _gene_list(library: Library, naming: Naming, file: RawFile) -> pa.Table:
    genes = library.resolved(naming, file, "gene")["gene"]
    name = pa.repeat(pa.scalar(file.name), len(genes))
    return pa.table({"id": name, "name": name, "gene": genes})


def _metabolism(library: Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    """The metabolic model: its metabolites are read from the files of its reactions."""
    files = library.of_format("gem_reactions", "gem_metabolites")
    drives = [library.resolved(naming, file, "gene") for file in files if file.format == "gem_reactions"]
    if drives:
        taken = [read_gem_metabolites(file.path).table for file in files]
        yield from metabolism(pa.concat_tables(drives), pa.concat_tables(taken))


def _strains(library: Library, naming: Naming) -> Iterator[NodeTable | EdgeTable]:
    """The lab's list of strains, and its list of those that the scoring leaves out, whose names tell the kind."""
    tables = []
    for file in library.of_format("sga_strains", "strain_list"):
        rows = library.resolved(naming, file, "gene")
        excluded = file.format == "strain_list"
        if excluded:
            parsed = parse_strains(rows["strain"])
            rows = rows.append_column("kind", parsed.kind).append_column("allele", parsed.allele)
        columns = {name: rows[name] for name in ("strain", "gene", "kind", "allele")}
        tables.append(pa.table({**columns, "excluded": pa.repeat(pa.scalar(excluded), rows.num_rows)}))
    if tables:
        in_order = sorted(tables, key=lambda table: bool(pc.any(table["excluded"]).as_py()))
        yield from strain_tables(pa.concat_tables(in_order).combine_chunks())
