"""affinity_embed@<representation>: a vector of every ligand, or of every protein, of the affinity tables.

data/embeddings/affinity/<representation>.parquet, `represent.storage`: a row for every row of ligands.parquet, or of
proteins.parquet, in its order, named by its `ligand` or `protein`. Of a model whose weights are absent, a file that
says so (`represent.skipped`).
"""

from typing import Any

import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import SequenceEncoder
from knockon.represent.representation import Representation
from knockon.represent.sequence_vectors import sequence_vectors
from knockon.stages.affinity import paths
from knockon.stages.embedding import write_or_skip
from knockon.stages.stage import Params, run_stage

READS = (paths.LIGANDS, paths.PROTEINS, paths.LANGUAGE, paths.PUBLISHED)
PARAMS = ("affinity.embed.models", "affinity.train.threads")
ITEMS = {"representation": "affinity.embed.representations"}

OF_PROTEINS = ("protein_lm", "unirep64", "esm2", "prot_t5")
OF_LIGANDS = ("smiles_lm", "chemberta", "ecfp")

_TRAINED_HERE = {"protein_lm": "protein", "smiles_lm": "smiles"}
# Sequences embedded between two writes of the cache: many, so that batches are of like length.
_BLOCK = 2048


def encoder_of(name: str, params: Params) -> SequenceEncoder:
    """The model of a representation. Raises AbsentWeightsError where it is not at hand."""
    if name in _TRAINED_HERE:
        from knockon.models.language.vectors import LanguageEncoder

        return LanguageEncoder(paths.LANGUAGE / _TRAINED_HERE[name], _TRAINED_HERE[name])
    if name == "unirep64":
        from knockon.represent.unirep_by_length import UniRepByLength

        return UniRepByLength(paths.UNIREP)
    from knockon.models.language.chemberta import CHEMBERTA
    from knockon.represent.pretrained import PretrainedEncoder

    section: dict[str, Any] = params[f"affinity.embed.models.{name}"]
    family = (name, CHEMBERTA) if name == "chemberta" else name
    return PretrainedEncoder(family, section["model"], section["download"])


def build(name: str, params: Params) -> Representation:
    """Build one representation, language models' through the cache of sequences."""
    key, text, path = ("protein", "sequence", paths.PROTEINS)
    if name in OF_LIGANDS:
        key, text, path = "ligand", "smiles", paths.LIGANDS
    table = pq.read_table(path, columns=[key, text])
    names = tuple(table[key].to_pylist())
    if name == "ecfp":
        from knockon.models.binding.features import fingerprints

        return Representation(name, names, sp.csr_matrix(fingerprints(tuple(table[text].to_pylist()))))
    texts = table[text].combine_chunks()
    return sequence_vectors(name, names, texts, encoder_of(name, params), EmbeddingCache(paths.SEQUENCES, _BLOCK))


def main(params: Params, representation: str) -> None:
    """Write one representation, or a file that says why there is none."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["affinity.train.threads"])
    write_or_skip(paths.EMBEDDINGS / f"{representation}.parquet", representation, lambda: build(representation, params))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
