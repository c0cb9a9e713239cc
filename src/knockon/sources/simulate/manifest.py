"""The manifest of a simulated source: which format every file has, and what the experiments in it are called."""

from typing import Any

MEDIA = "SGA selection medium (SD/MSG)"
PUBLICATION = "simulated"


def _file(name: str, path: str, format_name: str | None, **options: Any) -> dict[str, Any]:
    return {"name": name, "path": path, "format": format_name, **options}


def _experiments(dataset: str, temperature: float | None) -> dict[str, Any]:
    return {"dataset": dataset, "publication": PUBLICATION, "media": MEDIA, "temperature": temperature}


def manifest(dcell_stem: str) -> list[dict[str, Any]]:
    """One entry a file, in the form that the sources stage writes for the public files."""
    genome = "genome/Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"
    pairs = [
        _file(f"sga_{name.lower()}", f"digenic/SGA_{name}.txt", "sga_pairs", **_experiments("simulated_sga", None))
        for name in ("NxN", "ExN_NxE", "ExE")
    ]
    fitness = [
        _file(f"smf_t{degrees}", f"smf/smf_t{degrees}_150803.txt", "smf", **_experiments("simulated_smf", degrees))
        for degrees in (26, 30)
    ]
    dcell = [
        _file(
            f"dcell_{part}",
            f"dcell/{dcell_stem}_{part}_data_2016_0",
            "dcell_pairs",
            **_experiments(f"simulated_dcell_{part}", 30),
        )
        for part in ("training", "testing")
    ]
    return [
        _file("sgd_features", "genome/SGD_features.tab", "sgd_features"),
        _file("genome", genome, "fasta_genome"),
        _file("go_obo", "go/go.obo", "go_obo"),
        _file("go_child_parent", "go/yeast_child_2_parent.txt", "go_child_parent"),
        _file("go_names", "dcell/goID_2_name.tab", "go_names"),
        _file("go_annotations", "go/gene_association.sgd.gz", "gaf"),
        _file("go_slim", "go/go_slim_mapping_20180921.tab", "go_slim"),
        _file("string_physical", "networks/4932.protein.physical.links.full.v12.0.txt.gz", "string_physical"),
        _file("yeastract", "networks/YEASTRACT_20190713_BOTH.tsv", "yeastract"),
        _file("sgd_pathways", "networks/biochemical_pathways.tab", "sgd_pathways"),
        _file("cyc2008", "networks/CYC2008_complex.tab", None),
        _file("sga_strains", "smf/strain_orf_common_allele_160425.txt", None),
        _file("essential_genes", "smf/essential_ORFs.txt", None),
        _file("dcell_genes", "dcell/costanzo_2016_genes", None),
        _file("dcell_topology", f"dcell/{dcell_stem}_topology", None),
        *fitness,
        *pairs,
        *dcell,
    ]
