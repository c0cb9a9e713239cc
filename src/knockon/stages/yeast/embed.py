"""yeast_embed@<representation>: one vector per gene; of a model whose weights are absent, a file that says so."""

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.progress import console
from knockon.represent.build import build_representation, sorted_genes
from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import SequenceEncoder
from knockon.represent.gene_texts import WINDOWS, gene_texts
from knockon.represent.representation import Representation
from knockon.represent.sequence_vectors import sequence_vectors
from knockon.sources.fasta import read_fasta_genome
from knockon.stages.embedding import write_or_skip
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.TABLES, paths.GENOME, paths.LANGUAGE, paths.PUBLISHED)
PARAMS = ("yeast.embed.models", "yeast.embed.seed", "yeast.pretrain.threads")
ITEMS = {"representation": "yeast.embed.representations"}

TRAINED_HERE = {"protein_lm": "protein", "codon_lm": "codon"}
"""Representation → the language model of yeast_pretrain, and what it reads of a gene."""

PUBLISHED = {
    "unirep64": ("unirep64", "protein"),
    "esm2": ("esm2", "protein"),
    "prot_t5": ("prot_t5", "protein"),
    "calm": ("calm", "codon"),
    "nt_gene": ("nt", "gene"),
    "nt_five_prime": ("nt", "five_prime"),
    "nt_three_prime": ("nt", "three_prime"),
}
"""Representation → the family of models, and what it reads of a gene."""

# Sequences embedded between two writes of the cache: many, so that batches are of like length.
_BLOCK = 1024


def encoder_of(name: str, params: Params) -> tuple[SequenceEncoder, str]:
    """The language model of a representation, and what it reads. Raises AbsentWeightsError where it is not at hand."""
    if name in TRAINED_HERE:
        from knockon.models.language.vectors import LanguageEncoder

        return LanguageEncoder(paths.LANGUAGE / TRAINED_HERE[name], TRAINED_HERE[name]), TRAINED_HERE[name]
    family, reads = PUBLISHED[name]
    if family == "unirep64":
        from knockon.represent.unirep_by_length import UniRepByLength

        return UniRepByLength(paths.UNIREP), reads
    from knockon.represent.pretrained import PretrainedEncoder

    section = params[f"yeast.embed.models.{family}"]
    return PretrainedEncoder(family, section["model"], section["download"]), reads


def by_model(name: str, params: Params, genes: pa.Table) -> Representation:
    """Vectors by a language model, through the cache of sequences."""
    import torch

    torch.set_num_threads(params["yeast.pretrain.threads"])
    encoder, reads = encoder_of(name, params)
    table = sorted_genes(name, genes)
    texts = gene_texts(reads, table, read_fasta_genome(paths.GENOME).table if reads in WINDOWS else None)
    cache, names = EmbeddingCache(paths.VECTORS, _BLOCK), tuple(table["id"].to_pylist())
    found = sequence_vectors(name, names, texts, encoder, cache)
    if absent := int(found.provenance["absent"]):
        console.print(f"{name}: {absent} of {len(found.names)} genes have no sequence; their rows are NaN")
    return found


def main(params: Params, representation: str) -> None:
    """Write one representation, or a file that says why there is none."""
    genes, pathways = (pq.read_table(paths.TABLES / f"{table}.parquet") for table in ("genes", "pathways"))

    def build() -> Representation:
        if representation in TRAINED_HERE or representation in PUBLISHED:
            return by_model(representation, params, genes)
        return build_representation(representation, genes, pathways, params["yeast.embed.seed"])

    write_or_skip(paths.EMBEDDINGS / f"{representation}.parquet", representation, build)


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
