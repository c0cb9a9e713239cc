"""Every file format of the yeast study, by name; a reader is imported when it reads."""

from knockon.sources.formats import formats_of

_MEASUREMENTS = "knockon.sources.yeast.measurements:MEASUREMENT_SCHEMA"
_PROFILES = "knockon.sources.yeast.profiles:PROFILE_SCHEMA"

FORMATS = formats_of(
    {
        "experiments": [
            (
                "table",
                "knockon.sources.yeast.table.reader:read_table",
                _MEASUREMENTS,
                "your own plain table, .csv, .tsv or .xlsx; docs/own-data.md",
            ),
            (
                "sga_pairs",
                "knockon.sources.yeast.sga_pairs:read_sga_pairs",
                _MEASUREMENTS,
                "SGA_NxN.txt and siblings, Costanzo et al. 2016",
            ),
            (
                "sga_matrix",
                "knockon.sources.yeast.sga_matrix:read_sga_matrix",
                _MEASUREMENTS,
                "ε matrix as a spreadsheet, −1000 = not measured",
            ),
            (
                "sga_scores",
                "knockon.sources.yeast.sga_pairs:read_sga_scores",
                _MEASUREMENTS,
                "raw output of the SGA scoring, 12 columns",
            ),
            (
                "smf",
                "knockon.sources.yeast.smf:read_smf",
                _MEASUREMENTS,
                "SGA single-mutant fitness standard: strain, fitness, SD",
            ),
            (
                "trigenic",
                "knockon.sources.yeast.trigenic:read_trigenic",
                _MEASUREMENTS,
                "ε and τ of Kuzmin et al. 2018 and 2020",
            ),
            (
                "emap_matrix",
                "knockon.sources.yeast.emap:read_emap_matrix",
                _MEASUREMENTS,
                "E-MAP as a table of S-scores",
            ),
            (
                "emap_pairs",
                "knockon.sources.yeast.emap:read_emap_pairs",
                _MEASUREMENTS,
                "E-MAP as a list (.gi): gene, gene, S-score",
            ),
            (
                "dcell_pairs",
                "knockon.sources.yeast.dcell:read_dcell_pairs",
                _MEASUREMENTS,
                "DCell's training and test files: 2, gene, gene, ε",
            ),
        ],
        "profiles": [
            (
                "table_profiles",
                "knockon.sources.yeast.table.reader:read_profile_table",
                _PROFILES,
                "a plain table of profiles; `table` becomes it by its phenotype",
            ),
            (
                "kemmeren_growth",
                "knockon.sources.yeast.smf:read_kemmeren_growth",
                "GROWTH_SCHEMA",
                "doubling times of deletion strains",
            ),
            (
                "mulleder_metabolome",
                "knockon.sources.yeast.metabolome:read_metabolome",
                _PROFILES,
                "amino acids of deletion strains, z-scores",
            ),
            (
                "scmd_mutants",
                "knockon.sources.yeast.morphology:read_scmd_mutants",
                _PROFILES,
                "morphology of deletion strains (mt4718data.tsv)",
            ),
            (
                "scmd_wildtype",
                "knockon.sources.yeast.morphology:read_scmd_wildtype",
                _PROFILES,
                "morphology of wild-type replicates",
            ),
            (
                "scmd_parameters",
                "knockon.sources.yeast.morphology:read_scmd_parameters",
                "PARAMETER_SCHEMA",
                "CalMorph parameters, xls",
            ),
            (
                "expression_matrix",
                "knockon.sources.yeast.expression:read_expression_matrix",
                _PROFILES,
                "transcriptomes, genes × strains",
            ),
            (
                "sameith_expression",
                "knockon.sources.yeast.expression:read_sameith",
                _PROFILES,
                "Sameith et al. 2015 as a MATLAB table",
            ),
        ],
        "strains": [
            (
                "sga_strains",
                "knockon.sources.yeast.sga_names:read_sga_strains",
                "STRAIN_SCHEMA",
                "SGA strains with gene and allele",
            ),
            (
                "sga_assignment",
                "knockon.sources.yeast.sga_queries:read_assignment",
                "ASSIGNMENT_SCHEMA",
                "trigenic query strains",
            ),
            (
                "strain_list",
                "knockon.sources.yeast.essential:read_strain_list",
                "STRAIN_LIST_SCHEMA",
                "strain names, one a line",
            ),
        ],
        "genes": [
            (
                "sgd_features",
                "knockon.sources.yeast.sgd_features:read_sgd_features",
                "GENE_SCHEMA",
                "SGD_features.tab: genes",
            ),
            (
                "sgd_segments",
                "knockon.sources.yeast.sgd_features:read_sgd_segments",
                "SEGMENT_SCHEMA",
                "SGD_features.tab: coding parts",
            ),
            ("sgd_gff", "knockon.sources.yeast.gff:read_sgd_gff", "GFF_SCHEMA", "SGD's GFF3"),
            (
                "essential_orfs",
                "knockon.sources.yeast.essential:read_essential_orfs",
                "ESSENTIAL_SCHEMA",
                "Essential_ORFs.txt",
            ),
            (
                "gene_list",
                "knockon.sources.yeast.essential:read_gene_list",
                "GENE_LIST_SCHEMA",
                "gene names, one a line",
            ),
        ],
        "sequences": [
            ("fasta", "knockon.sources.fasta:read_fasta", "FASTA_SCHEMA", "FASTA"),
            (
                "fasta_genome",
                "knockon.sources.fasta:read_fasta_genome",
                "FASTA_SCHEMA",
                "genome FASTA, chromosomes named as SGD does",
            ),
            (
                "upstream_fasta",
                "knockon.sources.fasta:read_upstream",
                "FASTA_SCHEMA",
                "sequences before the genes, named p + gene",
            ),
            (
                "uniprot_fasta",
                "knockon.sources.yeast.uniprot:read_uniprot_fasta",
                "UNIPROT_SCHEMA",
                "UniProt proteome FASTA",
            ),
        ],
        "ontology": [
            ("gaf", "knockon.sources.yeast.gaf:read_gaf", "GAF_SCHEMA", "gene association file (GAF)"),
            ("go_obo", "knockon.sources.yeast.obo:read_go_terms", "GO_TERM_SCHEMA", "Gene Ontology, OBO: its terms"),
            (
                "go_edges",
                "knockon.sources.yeast.obo:read_go_edges",
                "GO_EDGE_SCHEMA",
                "Gene Ontology, OBO: its relations",
            ),
            (
                "go_child_parent",
                "knockon.sources.yeast.go_lists:read_go_child_parent",
                "GO_EDGE_SCHEMA",
                "child-to-parent list of Ontotype",
            ),
            (
                "go_names",
                "knockon.sources.yeast.go_lists:read_go_names",
                "GO_NAME_SCHEMA",
                "goID_2_name.tab: names of GO terms",
            ),
            ("go_slim", "knockon.sources.yeast.go_slim:read_go_slim", "GO_SLIM_SCHEMA", "SGD's go_slim_mapping.tab"),
            (
                "dcell_topology",
                "knockon.sources.yeast.dcell:read_dcell_topology",
                "TOPOLOGY_SCHEMA",
                "DCell's hierarchy: ROOT, GENES, TERMS",
            ),
        ],
        "network": [
            (
                "string_physical",
                "knockon.sources.yeast.string_physical:read_string_physical",
                "STRING_PHYSICAL_SCHEMA",
                "STRING v12 physical links with channels",
            ),
            (
                "string91",
                "knockon.sources.yeast.string91:read_string91",
                "STRING91_SCHEMA",
                "a channel of STRING v9.1, as DANGO ships it",
            ),
            (
                "yeastract",
                "knockon.sources.yeast.yeastract:read_yeastract",
                "REGULATION_SCHEMA",
                "YEASTRACT regulation matrix",
            ),
            (
                "chip_network",
                "knockon.sources.yeast.chip_network:read_chip_network",
                "CHIP_NETWORK_SCHEMA",
                "regulators with ChIP evidence",
            ),
            (
                "sgd_pathways",
                "knockon.sources.yeast.pathways:read_sgd_pathways",
                "PATHWAY_SCHEMA",
                "SGD's biochemical_pathways.tab",
            ),
            ("cyc2008", "knockon.sources.yeast.complexes:read_cyc2008", "COMPLEX_SCHEMA", "CYC2008 protein complexes"),
            (
                "complex_portal",
                "knockon.sources.yeast.complexes:read_complex_portal",
                "COMPLEX_SCHEMA",
                "Complex Portal, ComplexTAB",
            ),
            (
                "gem_reactions",
                "knockon.sources.yeast.metabolic_model:read_gem_reactions",
                "GEM_REACTION_SCHEMA",
                "metabolic model (YAML): its reactions",
            ),
            (
                "gem_metabolites",
                "knockon.sources.yeast.metabolic_model:read_gem_metabolites",
                "GEM_METABOLITE_SCHEMA",
                "metabolic model (YAML): metabolites",
            ),
        ],
    },
    {
        "sga_pairs": "knockon.sources.yeast.sga_pairs:stream_sga_pairs",
        "table": "knockon.sources.yeast.table.reader:stream_table",
    },
    settings=dict.fromkeys(("table", "table_profiles"), "knockon.sources.yeast.table.layout:Layout"),
    chosen=dict.fromkeys(("table", "table_profiles"), "knockon.sources.yeast.table.layout:format_of"),
)
"""Format name → Format."""
