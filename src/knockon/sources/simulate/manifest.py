"""The manifest of a simulated source: which format every file has, and what the experiments in it are called."""

from typing import Any

from knockon.sources.simulate.references import STRING91

MEDIA = "SGA selection medium (SD/MSG)"
PUBLICATION = "simulated"
_STRAINS = "smf/strain_orf_common_allele_160425.txt"
_ASSIGNMENT = "trigenic/assignment_file_170328.csv"
_GENOME = "genome/Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"
_STRING = "networks/4932.protein.physical.links.full.v12.0.txt.gz"
_STRING91_GENES = "networks/string91_genes.txt"


def manifest(dcell_stem: str) -> list[dict[str, Any]]:
    """One entry for each file that may be written, in the form of the sources stage's manifest of public files."""
    return [*_experiments(dcell_stem), *_knowledge(dcell_stem)]


def _experiments(dcell_stem: str) -> list[dict[str, Any]]:
    pairs = [
        _measured(f"sga_{name.lower()}", f"digenic/SGA_{name}.txt", "sga_pairs", "simulated_sga", None)
        for name in ("NxN", "ExN_NxE", "ExE")
    ]
    fitness = [
        {
            **_measured(f"smf_t{degrees}", f"smf/smf_t{degrees}_150803.txt", "smf", "simulated_smf", float(degrees)),
            "companions": {"strains": _STRAINS},
        }
        for degrees in (26, 30)
    ]
    dcell = [
        {
            **_measured(
                f"dcell_{part}",
                f"dcell/{dcell_stem}_{part}_data_2016_0",
                "dcell_pairs",
                f"simulated_dcell_{part}",
                30.0,
            ),
            "options": {"kind": "deletion"},
        }
        for part in ("training", "testing")
    ]
    trigenic = {
        **_measured("trigenic", "trigenic/aao1729_data_s1.tsv", "trigenic", "simulated_trigenic", 26.0),
        "companions": {"assignment": _ASSIGNMENT},
    }
    profiles = [
        {**_measured(name, path, format_name, f"simulated_{name}", 30.0), "media": media}
        for name, path, format_name, media in (
            ("morphology", "morphology/mt4718data.tsv", "scmd_mutants", "YPD"),
            ("morphology_wildtype", "morphology/scmd_wildtype_analysis.tab", "scmd_wildtype", "YPD"),
            ("expression", "expression/deletion_transcriptomes.tab", "expression_matrix", "SC"),
            ("metabolome", "metabolome/Mulleder_2016_metabolomics_zscores.csv", "mulleder_metabolome", "SM"),
            ("growth", "smf/kemmeren_SingleGrowthExp.csv", "kemmeren_growth", "SC"),
        )
    ]
    return [*pairs, *fitness, *dcell, trigenic, *profiles]


def _knowledge(dcell_stem: str) -> list[dict[str, Any]]:
    files = (
        ("sga_strains", _STRAINS, "sga_strains"),
        ("sga_assignment", _ASSIGNMENT, "sga_assignment"),
        ("essential_orfs", "smf/essential_ORFs.txt", "essential_orfs"),
        ("dcell_topology", f"dcell/{dcell_stem}_topology", "dcell_topology"),
        ("dcell_genes", "dcell/costanzo_2016_genes", "gene_list"),
        ("genome", _GENOME, "fasta_genome"),
        ("sgd_features", "genome/SGD_features.tab", "sgd_features"),
        ("go_obo", "go/go.obo", "go_obo"),
        ("go_child_parent", "go/yeast_child_2_parent.txt", "go_child_parent"),
        ("go_names", "dcell/goID_2_name.tab", "go_names"),
        ("go_annotations", "go/gene_association.sgd.gz", "gaf"),
        ("go_slim", "go/go_slim_mapping_20180921.tab", "go_slim"),
        ("string_physical", _STRING, "string_physical"),
        ("yeastract", "networks/YEASTRACT_20190713_BOTH.tsv", "yeastract"),
        ("sga_excluded_strains", "smf/bad_strains_160303.csv", "strain_list"),
        ("sgd_gff", "genome/saccharomyces_cerevisiae.gene.gff", "sgd_gff"),
        ("upstream", "genome/saccharomyces_cerevisiae.upstream.fa", "upstream_fasta"),
        ("uniprot_proteome", "genome/uniprotkb_proteome.fasta", "uniprot_fasta"),
        ("yeast_gem", "gem/yeast-GEM.yml", "gem_reactions"),
        ("sgd_pathways", "networks/biochemical_pathways.tab", "sgd_pathways"),
        ("cyc2008", "networks/CYC2008_complex.tab", "cyc2008"),
    )
    channels = [
        {
            "name": f"string91_{channel}",
            "path": f"networks/string91_{channel}.txt",
            "format": "string91",
            "options": {"channel": channel},
            "companions": {"names": _STRING91_GENES},
        }
        for channel in STRING91
    ]
    return [*({"name": name, "path": path, "format": format_name} for name, path, format_name in files), *channels]


def _measured(name: str, path: str, format_name: str, dataset: str, temperature: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "format": format_name,
        "dataset": dataset,
        "publication": PUBLICATION,
        "media": MEDIA,
        "temperature": temperature,
    }
