"""Every file format of the yeast study, by name."""

import pyarrow as pa

from knockon.sources import fasta
from knockon.sources.formats import Reader, Stream, formats_of
from knockon.sources.yeast import (
    chip_network,
    complexes,
    dcell,
    emap,
    essential,
    expression,
    gaf,
    gff,
    go_lists,
    go_slim,
    metabolome,
    morphology,
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
from knockon.sources.yeast import metabolic_model as gem
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.profiles import PROFILE_SCHEMA

# What the rows are for → (name, schema, reader, description).
_READERS: dict[str, list[tuple[str, pa.Schema, Reader, str]]] = {
    "experiments": [
        ("sga_pairs", MEASUREMENT_SCHEMA, sga_pairs.read_sga_pairs, "SGA_NxN.txt and siblings, Costanzo et al. 2016"),
        (
            "sga_matrix",
            MEASUREMENT_SCHEMA,
            sga_matrix.read_sga_matrix,
            "ε matrix as a spreadsheet, −1000 = not measured",
        ),
        ("sga_scores", MEASUREMENT_SCHEMA, sga_pairs.read_sga_scores, "raw output of the SGA scoring, 12 columns"),
        ("smf", MEASUREMENT_SCHEMA, smf.read_smf, "SGA single-mutant fitness standard: strain, fitness, SD"),
        ("trigenic", MEASUREMENT_SCHEMA, trigenic.read_trigenic, "ε and τ of Kuzmin et al. 2018 and 2020"),
        ("emap_matrix", MEASUREMENT_SCHEMA, emap.read_emap_matrix, "E-MAP as a table of S-scores"),
        ("emap_pairs", MEASUREMENT_SCHEMA, emap.read_emap_pairs, "E-MAP as a list (.gi): gene, gene, S-score"),
        (
            "dcell_pairs",
            MEASUREMENT_SCHEMA,
            dcell.read_dcell_pairs,
            "DCell's training and test files: 2, gene, gene, ε",
        ),
    ],
    "profiles": [
        ("kemmeren_growth", smf.GROWTH_SCHEMA, smf.read_kemmeren_growth, "doubling times of deletion strains"),
        (
            "mulleder_metabolome",
            PROFILE_SCHEMA,
            metabolome.read_metabolome,
            "amino acids of deletion strains, z-scores",
        ),
        (
            "scmd_mutants",
            PROFILE_SCHEMA,
            morphology.read_scmd_mutants,
            "morphology of deletion strains (mt4718data.tsv)",
        ),
        ("scmd_wildtype", PROFILE_SCHEMA, morphology.read_scmd_wildtype, "morphology of wild-type replicates"),
        ("scmd_parameters", morphology.PARAMETER_SCHEMA, morphology.read_scmd_parameters, "CalMorph parameters, xls"),
        ("expression_matrix", PROFILE_SCHEMA, expression.read_expression_matrix, "transcriptomes, genes × strains"),
        ("sameith_expression", PROFILE_SCHEMA, expression.read_sameith, "Sameith et al. 2015 as a MATLAB table"),
    ],
    "strains": [
        ("sga_strains", sga_names.STRAIN_SCHEMA, sga_names.read_sga_strains, "SGA strains with gene and allele"),
        ("sga_assignment", sga_queries.ASSIGNMENT_SCHEMA, sga_queries.read_assignment, "trigenic query strains"),
        ("strain_list", essential.STRAIN_LIST_SCHEMA, essential.read_strain_list, "strain names, one a line"),
    ],
    "genes": [
        ("sgd_features", sgd_features.GENE_SCHEMA, sgd_features.read_sgd_features, "SGD_features.tab: genes"),
        ("sgd_segments", sgd_features.SEGMENT_SCHEMA, sgd_features.read_sgd_segments, "SGD_features.tab: coding parts"),
        ("sgd_gff", gff.GFF_SCHEMA, gff.read_sgd_gff, "SGD's GFF3"),
        ("essential_orfs", essential.ESSENTIAL_SCHEMA, essential.read_essential_orfs, "Essential_ORFs.txt"),
        ("gene_list", essential.GENE_LIST_SCHEMA, essential.read_gene_list, "gene names, one a line"),
    ],
    "sequences": [
        ("fasta", fasta.FASTA_SCHEMA, fasta.read_fasta, "FASTA"),
        ("fasta_genome", fasta.FASTA_SCHEMA, fasta.read_fasta_genome, "genome FASTA, chromosomes named as SGD does"),
        ("upstream_fasta", fasta.FASTA_SCHEMA, fasta.read_upstream, "sequences before the genes, named p + gene"),
        ("uniprot_fasta", uniprot.UNIPROT_SCHEMA, uniprot.read_uniprot_fasta, "UniProt proteome FASTA"),
    ],
    "ontology": [
        ("gaf", gaf.GAF_SCHEMA, gaf.read_gaf, "gene association file (GAF)"),
        ("go_obo", obo.GO_TERM_SCHEMA, obo.read_go_terms, "Gene Ontology, OBO: its terms"),
        ("go_edges", obo.GO_EDGE_SCHEMA, obo.read_go_edges, "Gene Ontology, OBO: its relations"),
        ("go_child_parent", obo.GO_EDGE_SCHEMA, go_lists.read_go_child_parent, "child-to-parent list of Ontotype"),
        ("go_names", go_lists.GO_NAME_SCHEMA, go_lists.read_go_names, "goID_2_name.tab: names of GO terms"),
        ("go_slim", go_slim.GO_SLIM_SCHEMA, go_slim.read_go_slim, "SGD's go_slim_mapping.tab"),
        ("dcell_topology", dcell.TOPOLOGY_SCHEMA, dcell.read_dcell_topology, "DCell's hierarchy: ROOT, GENES, TERMS"),
    ],
    "network": [
        (
            "string_physical",
            string_physical.STRING_PHYSICAL_SCHEMA,
            string_physical.read_string_physical,
            "STRING v12 physical links with channels",
        ),
        ("string91", string91.STRING91_SCHEMA, string91.read_string91, "a channel of STRING v9.1, as DANGO ships it"),
        ("yeastract", yeastract.REGULATION_SCHEMA, yeastract.read_yeastract, "YEASTRACT regulation matrix"),
        (
            "chip_network",
            chip_network.CHIP_NETWORK_SCHEMA,
            chip_network.read_chip_network,
            "regulators with ChIP evidence",
        ),
        ("sgd_pathways", pathways.PATHWAY_SCHEMA, pathways.read_sgd_pathways, "SGD's biochemical_pathways.tab"),
        ("cyc2008", complexes.COMPLEX_SCHEMA, complexes.read_cyc2008, "CYC2008 protein complexes"),
        ("complex_portal", complexes.COMPLEX_SCHEMA, complexes.read_complex_portal, "Complex Portal, ComplexTAB"),
        ("gem_reactions", gem.GEM_REACTION_SCHEMA, gem.read_gem_reactions, "metabolic model (YAML): its reactions"),
        ("gem_metabolites", gem.GEM_METABOLITE_SCHEMA, gem.read_gem_metabolites, "metabolic model (YAML): metabolites"),
    ],
}

_STREAMS: dict[str, Stream] = {"sga_pairs": sga_pairs.stream_sga_pairs}

FORMATS = formats_of(_READERS, _STREAMS)
"""Format name → Format."""
