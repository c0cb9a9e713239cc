"""Every file format that knockon reads, by name: what it is, the schema of its table, and the reader."""

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from knockon.errors import KnockonError
from knockon.sources import (
    avgfp,
    chip_network,
    complexes,
    dcell,
    emap,
    essential,
    fasta,
    gaf,
    gff,
    go_lists,
    go_slim,
    obo,
    pathways,
    sga_matrix,
    sga_names,
    sga_pairs,
    sga_queries,
    sgd_features,
    smf,
    string91,
    string_physical,
    trigenic,
    uniprot,
    yeastract,
)
from knockon.sources import metabolic_model as gem
from knockon.sources.measurements import MEASUREMENT_SCHEMA
from knockon.sources.reading import ReadResult

Reader = Callable[..., ReadResult]
Stream = Callable[..., Iterator[ReadResult]]


@dataclass(frozen=True)
class Format:
    """A published format.

    `read(path, **options)` gives all rows in `schema`; files that come along (`companions` in the registry) are
    options that hold a path. `stream`, where there is one, gives the same rows block by block in bounded memory.
    `produces` says which room the rows are for: experiments, genes, strains, sequences, ontology, network, profiles or
    variants.
    """

    name: str
    description: str
    produces: str
    schema: pa.Schema
    read: Reader
    stream: Stream | None = None

    def blocks(self, path: Path, **options: Any) -> Iterator[ReadResult]:
        """Give the rows block by block; one block where the format has no stream."""
        if self.stream is not None:
            yield from self.stream(path, **options)
        else:
            yield self.read(path, **options)


def _experiments(name: str, description: str, read: Reader, stream: Stream | None = None) -> Format:
    return Format(name, description, "experiments", MEASUREMENT_SCHEMA, read, stream)


_FORMATS = (
    _experiments(
        "sga_pairs",
        "SGA_NxN.txt, SGA_ExE.txt, SGA_ExN_NxE.txt: pair-wise interactions of Costanzo et al. 2016 (tab, 11 columns)",
        sga_pairs.read_sga_pairs,
        sga_pairs.stream_sga_pairs,
    ),
    _experiments("sga_matrix", "ε matrix as a spreadsheet, −1000 = not measured", sga_matrix.read_sga_matrix),
    _experiments("sga_scores", "raw output of the SGA scoring programme (tab, 12 columns)", sga_pairs.read_sga_scores),
    _experiments("smf", "SGA single-mutant fitness standard (tab: strain, fitness, SD)", smf.read_smf),
    _experiments("trigenic", "digenic and trigenic scores of Kuzmin et al. 2018 and 2020", trigenic.read_trigenic),
    _experiments("emap_matrix", "E-MAP as a table of S-scores (tab)", emap.read_emap_matrix),
    _experiments("emap_pairs", "E-MAP as a list of pairs, .gi (tab: gene, gene, S-score)", emap.read_emap_pairs),
    _experiments("dcell_pairs", "DCell's training and test files (number, gene, gene, ε)", dcell.read_dcell_pairs),
    Format(
        "kemmeren_growth",
        "relative doubling times of the Kemmeren deletion strains (csv)",
        "profiles",
        smf.GROWTH_SCHEMA,
        smf.read_kemmeren_growth,
    ),
    Format("sga_strains", "SGA strains: gene, allele", "strains", sga_names.STRAIN_SCHEMA, sga_names.read_sga_strains),
    Format(
        "sga_assignment",
        "double-mutant query strains and their controls (Kuzmin et al. 2018)",
        "strains",
        sga_queries.ASSIGNMENT_SCHEMA,
        sga_queries.read_assignment,
    ),
    Format(
        "strain_list", "strain names, one a line", "strains", essential.STRAIN_LIST_SCHEMA, essential.read_strain_list
    ),
    Format("gene_list", "gene names, one a line", "genes", essential.GENE_LIST_SCHEMA, essential.read_gene_list),
    Format(
        "essential_orfs",
        "Essential_ORFs.txt of the deletion project",
        "genes",
        essential.ESSENTIAL_SCHEMA,
        essential.read_essential_orfs,
    ),
    Format(
        "sgd_features",
        "SGD_features.tab: genes, names, coordinates",
        "genes",
        sgd_features.GENE_SCHEMA,
        sgd_features.read_sgd_features,
    ),
    Format(
        "sgd_segments",
        "SGD_features.tab: the coding segments of its genes",
        "genes",
        sgd_features.SEGMENT_SCHEMA,
        sgd_features.read_sgd_segments,
    ),
    Format("sgd_gff", "SGD's GFF3", "genes", gff.GFF_SCHEMA, gff.read_sgd_gff),
    Format("fasta", "FASTA", "sequences", fasta.FASTA_SCHEMA, fasta.read_fasta),
    Format(
        "fasta_genome",
        "genome FASTA, chromosomes named as SGD does",
        "sequences",
        fasta.FASTA_SCHEMA,
        fasta.read_fasta_genome,
    ),
    Format("uniprot_fasta", "UniProt proteome FASTA", "sequences", uniprot.UNIPROT_SCHEMA, uniprot.read_uniprot_fasta),
    Format("gaf", "gene association file (GAF)", "ontology", gaf.GAF_SCHEMA, gaf.read_gaf),
    Format("go_obo", "Gene Ontology, OBO: its terms", "ontology", obo.GO_TERM_SCHEMA, obo.read_go_terms),
    Format("go_edges", "Gene Ontology, OBO: its relations", "ontology", obo.GO_EDGE_SCHEMA, obo.read_go_edges),
    Format(
        "go_child_parent",
        "child-to-parent list of Ontotype and DCell",
        "ontology",
        obo.GO_EDGE_SCHEMA,
        go_lists.read_go_child_parent,
    ),
    Format(
        "go_names", "goID_2_name.tab: names of GO terms", "ontology", go_lists.GO_NAME_SCHEMA, go_lists.read_go_names
    ),
    Format("go_slim", "SGD's go_slim_mapping.tab", "ontology", go_slim.GO_SLIM_SCHEMA, go_slim.read_go_slim),
    Format(
        "dcell_topology",
        "DCell's hierarchy (ROOT, GENES, TERMS)",
        "ontology",
        dcell.TOPOLOGY_SCHEMA,
        dcell.read_dcell_topology,
    ),
    Format(
        "string_physical",
        "STRING v12 physical links with channels",
        "network",
        string_physical.STRING_PHYSICAL_SCHEMA,
        string_physical.read_string_physical,
    ),
    Format(
        "string91",
        "one channel of STRING v9.1 as DANGO ships it",
        "network",
        string91.STRING91_SCHEMA,
        string91.read_string91,
    ),
    Format(
        "yeastract", "YEASTRACT regulation matrix", "network", yeastract.REGULATION_SCHEMA, yeastract.read_yeastract
    ),
    Format(
        "chip_network",
        "transcription factors and targets with ChIP evidence",
        "network",
        chip_network.CHIP_NETWORK_SCHEMA,
        chip_network.read_chip_network,
    ),
    Format(
        "sgd_pathways",
        "SGD's biochemical_pathways.tab",
        "network",
        pathways.PATHWAY_SCHEMA,
        pathways.read_sgd_pathways,
    ),
    Format("cyc2008", "CYC2008 protein complexes", "network", complexes.COMPLEX_SCHEMA, complexes.read_cyc2008),
    Format(
        "complex_portal",
        "Complex Portal, ComplexTAB",
        "network",
        complexes.COMPLEX_SCHEMA,
        complexes.read_complex_portal,
    ),
    Format(
        "gem_reactions",
        "genome-scale metabolic model, YAML: its reactions",
        "network",
        gem.GEM_REACTION_SCHEMA,
        gem.read_gem_reactions,
    ),
    Format(
        "gem_metabolites",
        "genome-scale metabolic model, YAML: its metabolites",
        "network",
        gem.GEM_METABOLITE_SCHEMA,
        gem.read_gem_metabolites,
    ),
    Format("avgfp", "avGFP genotypes and their brightness", "variants", avgfp.AVGFP_SCHEMA, avgfp.read_avgfp),
)

FORMATS = {entry.name: entry for entry in _FORMATS}
"""Format name → Format."""


def find_format(name: str) -> Format:
    """Look a format up. Raises KnockonError that names the nearest ones where there is none of this name."""
    if name in FORMATS:
        return FORMATS[name]
    near = difflib.get_close_matches(name, FORMATS, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise KnockonError(f"there is no format {name!r}: {hint}`knockon sources formats` lists them")
