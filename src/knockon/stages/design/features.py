"""design_features: what is known of each gene, in blocks with their provenance, and the phenotypes that are wanted."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.arrays import Matrix
from knockon.atomic import write_parquet
from knockon.dataset.profile_matrix import profile_matrix
from knockon.dataset.store import RecordStore
from knockon.models.designs.feature_files import write_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.progress import console
from knockon.represent.build import build_representation
from knockon.represent.gene_blocks import directions_of, genome_place, interactions, mean_by_gene, transcripts
from knockon.represent.side_vectors import side_vectors
from knockon.sources.design.sgd_phenotypes import read_sgd_phenotypes
from knockon.sources.tables import solid
from knockon.stages.design import paths
from knockon.stages.design.phenotypes import collect
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths as yeast
from knockon.stages.yeast.side import side_information

READS = (yeast.TABLES, yeast.NETWORKS, yeast.PROFILES, yeast.STORE, paths.RAW, paths.GENE_NAMES)
PARAMS = ("design.features",)

_LABELS = {"epsilon": "interaction", "s_score": "s_score"}
_PROFILES = ("metabolome", "morphology", "growth")
_COLUMNS = ["perturbations", "phenotype", "temperature", "value"]

Blocks = dict[str, tuple[tuple[str, ...], Matrix]]
"""Block → names of its features, and their values."""


def table_of(name: str) -> pa.Table:
    """One of the tables of genes."""
    return pq.read_table(yeast.TABLES / f"{name}.parquet")


def measured_strains(genes: tuple[str, ...]) -> tuple[pa.Table, dict[str, sp.csr_matrix]]:
    """Fitness of single deletions (gene, column, value), and profiles of interactions by block."""
    singles: list[pa.Table] = []
    pairs: dict[str, list[pa.Table]] = {label: [] for label in _LABELS.values()}
    for batch in RecordStore(yeast.STORE).batches(columns=_COLUMNS):
        counts = pc.list_value_length(batch["perturbations"])
        single = batch.filter(pc.and_(pc.equal(counts, 1), pc.equal(batch["phenotype"], "fitness")))
        parts = solid(single["perturbations"]).flatten()
        temperature = pc.binary_join_element_wise(
            "t", pc.cast(pc.cast(single["temperature"], pa.int64()), pa.string()), ""
        )
        rows = pa.table({"gene": parts.field("gene"), "column": temperature, "value": single["value"]})
        singles.append(rows.filter(pc.equal(parts.field("kind"), "deletion")))
        for label, found in pairs.items():
            found.append(batch.filter(pc.and_(pc.equal(counts, 2), pc.equal(batch["phenotype"], label))))
    links = {block: _pairs(genes, pa.concat_tables(pairs[label])) for block, label in _LABELS.items()}
    return pa.concat_tables(singles), {block: matrix for block, matrix in links.items() if matrix.nnz}


def _pairs(genes: tuple[str, ...], rows: pa.Table) -> sp.csr_matrix:
    names = solid(rows["perturbations"]).flatten().field("gene")
    places = pc.index_in(names, value_set=pa.array(genes, pa.string()))
    pairs = pc.fill_null(places, -1).to_numpy(zero_copy_only=False).reshape(-1, 2)
    known = (pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])
    return interactions(genes, pairs[known], rows["value"].to_numpy()[known])


def profile_blocks(genes: tuple[str, ...], count: int) -> Blocks:
    """Profiles of the deletion strains of one gene, and of transcripts in the strains of others."""
    strains = pq.read_table(yeast.PROFILES / "strains.parquet")
    values = pa.concat_tables([pq.read_table(path) for path in sorted(yeast.PROFILES.glob("values-*.parquet"))])
    one = pc.equal(strains["kind"], "deletion")
    alone = strains.filter(pc.fill_null(one, False)).group_by("id").aggregate([("gene", "min"), ("gene", "count")])
    alone = alone.filter(pc.equal(alone["gene_count"], 1))
    phenotype = strains.select(["id", "phenotype"]).group_by("id").aggregate([("phenotype", "min")])
    place = pc.index_in(values["id"], value_set=solid(alone["id"]))
    kind = solid(phenotype["phenotype_min"]).take(pc.index_in(values["id"], value_set=solid(phenotype["id"])))
    rows = pa.table(
        {"gene": solid(alone["gene_min"]).take(solid(place)), "component": values["component"],
         "value": values["value"], "phenotype": kind}
    )  # fmt: skip
    rows = rows.filter(pc.is_valid(rows["gene"]))
    found: Blocks = {}
    for name in _PROFILES:
        names, matrix = mean_by_gene(genes, rows.filter(pc.equal(rows["phenotype"], name)), "component")
        # Each amino acid is a phenotype that somebody may want; the parameters of morphology are hundreds.
        wide = name == "morphology" and matrix.shape[1] > count
        found[name] = _numbered(directions_of(_filled(matrix), count)) if wide else (names, matrix)
    found["transcript"] = _numbered(transcripts(genes, profile_matrix(strains, values, "expression", genes), count))
    return found


def _filled(matrix: Matrix) -> sp.csr_matrix:
    """Standardised, with 0 where nothing was measured."""
    known = np.isfinite(matrix)
    mean = np.nansum(matrix, axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, matrix - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    return sp.csr_matrix(centred / np.maximum(spread, 1e-12))


def _numbered(matrix: Matrix) -> tuple[tuple[str, ...], Matrix]:
    return tuple(f"{place:03d}" for place in range(matrix.shape[1])), matrix


def sequence_block(genes: tuple[str, ...], table: pa.Table, count: int) -> tuple[tuple[str, ...], Matrix]:
    """Codon usage's leading directions, and the logarithm of the gene's length in bases."""
    codons = build_representation("codon_frequency", table, table_of("pathways"), 0)
    assert codons.names == genes
    directions = directions_of(_filled(np.asarray(codons.matrix)), count)
    length = np.log(np.maximum(table["stop"].to_numpy() - table["start"].to_numpy() + 1, 1))
    names = (*(f"codons_{place:03d}" for place in range(directions.shape[1])), "length")
    return names, np.column_stack([directions, length]).astype(np.float32)


def literature(genes: tuple[str, ...]) -> sp.csr_matrix:
    """Chemical phenotypes that the literature reports of a gene's null mutant, (genes, effect and chemical)."""
    rows = read_sgd_phenotypes(paths.SGD_PHENOTYPES).table
    what = pc.binary_join_element_wise(rows["effect"], rows["observed"], rows["chemical"], "|")
    places = pc.index_in(rows["gene"], value_set=pa.array(genes, pa.string()))
    rows = pa.table({"gene": rows["gene"], "what": what}).filter(pc.is_valid(places))
    names = pc.unique(solid(rows["what"])).sort()
    cells = [
        pc.index_in(solid(rows["gene"]), value_set=pa.array(genes, pa.string())).to_numpy(),
        pc.index_in(solid(rows["what"]), value_set=names).to_numpy(),
    ]
    ones = np.ones(rows.num_rows, np.float32)
    matrix = sp.csr_matrix((ones, (cells[0], cells[1])), shape=(len(genes), len(names)))
    matrix.data[:] = 1
    return matrix


def assembled(blocks: Blocks) -> tuple[tuple[str, ...], Matrix]:
    """All dense blocks side by side; one without a value is left out."""
    kept = {name: each for name, each in blocks.items() if each[1].shape[1] and np.isfinite(each[1]).any()}
    names = tuple(f"{block}/{name}" for block, (features, _) in kept.items() for name in features)
    return names, np.concatenate([matrix for _, matrix in kept.values()], axis=1).astype(np.float32)


def provenance_of(blocks: tuple[str, ...]) -> dict[str, str]:
    """What a block was made from."""
    said = {
        "fitness": f"single deletions in {yeast.STORE}",
        **dict.fromkeys((*_PROFILES, "transcript"), str(yeast.PROFILES)),
        "sequence": f"coding sequences in {yeast.TABLES}",
        "locus": f"coordinates in {yeast.TABLES}",
        **dict.fromkeys((*_LABELS, *(f"{name}_profile" for name in _LABELS)), f"pairs in {yeast.STORE}"),
        "literature": str(paths.SGD_PHENOTYPES),
    }
    return {block: said.get(block, str(yeast.NETWORKS)) for block in blocks}


def main(params: Params) -> None:
    """Write data/features/design."""
    section = params["design.features"]
    table = table_of("genes").sort_by("id")
    genes = tuple(table["id"].to_pylist())
    side = side_information(genes)
    side.pop("metabolome", None)
    singles, pairs = measured_strains(genes)
    links = side | pairs | {"literature": literature(genes)}
    network = side_vectors(side, genes, section["network"], seed=0)
    blocks: Blocks = {
        "fitness": mean_by_gene(genes, singles, "column"),
        **profile_blocks(genes, section["components"]),
        "sequence": sequence_block(genes, table, section["components"]),
        "locus": (("place",), genome_place(table["chromosome"], table["start"], table["stop"])),
        "network": _numbered(np.asarray(network.matrix)),
        **{
            f"{name}_profile": _numbered(directions_of(matrix, section["components"])) for name, matrix in pairs.items()
        },
    }
    names, values = assembled(blocks)
    features = GeneFeatures(genes, names, values, {name: links[name] for name in sorted(links)})
    write_features(paths.FEATURES, features, provenance_of(features.blocks))
    phenotypes, rejects = collect(features, section["reported"])
    write_parquet(paths.PHENOTYPES, phenotypes)
    write_parquet(paths.REJECTED, rejects)
    console.print(f"{len(genes):,} genes: {len(names)} features, and {len(links)} blocks of links", markup=False)


if __name__ == "__main__":
    run_stage(main, PARAMS)
