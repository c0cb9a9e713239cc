"""gfp_embed@<representation>: one vector, or row of tokens, per variant; absent weights are said, never faked."""

import numpy as np
import pyarrow as pa

from knockon.atomic import write_parquet, write_text
from knockon.errors import KnockonError
from knockon.progress import console
from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import AbsentWeightsError, SequenceEncoder
from knockon.represent.protein_tokens import esm_tokens, one_hot, sequences
from knockon.represent.representation import Representation
from knockon.represent.storage import write_representation
from knockon.stages.gfp import paths
from knockon.stages.gfp.landscape import Landscape, read_landscape
from knockon.stages.stage import Params, run_stage

READS = (paths.RAW, paths.VARIANTS)
PARAMS = ("gfp.embed.esm2",)
ITEMS = {"representation": "gfp.embed.representations"}

# Proteins computed between two writes of the cache.
_BLOCK = 8192


def encoder_of(name: str, params: Params) -> SequenceEncoder:
    """The language model of a representation. Raises AbsentWeightsError where its weights are not at hand."""
    if name == "unirep64":
        if not paths.UNIREP.exists():
            raise AbsentWeightsError("no UniRep weights: a simulated source has none")
        from knockon.represent.unirep import UniRepEncoder

        return UniRepEncoder(paths.UNIREP)
    if name == "esm2":
        from knockon.represent.esm import EsmEncoder

        return EsmEncoder(params["gfp.embed.esm2.model"], params["gfp.embed.esm2.download"])
    raise KnockonError(
        f"gfp.embed.representations: unknown {name!r}; choose of one_hot, mutations, esm2_tokens, unirep64, esm2"
    )


def by_model(name: str, landscape: Landscape, params: Params) -> Representation:
    """Vectors by a language model, through the cache of sequences."""
    encoder = encoder_of(name, params)
    proteins = sequences(landscape.variants.codes)
    # The cache lies outside of DVC; it ignores itself in git.
    write_text(paths.CACHE / ".gitignore", "*\n")
    vectors = EmbeddingCache(paths.CACHE, _BLOCK).embed(encoder, proteins)
    provenance = {"model": encoder.name, "revision": encoder.revision}
    return Representation(name, landscape.variants.names, vectors, provenance)


def build(name: str, landscape: Landscape, params: Params) -> Representation:
    """Build one representation of all variants."""
    names, codes = landscape.variants.names, landscape.variants.codes
    if name == "one_hot":
        return Representation(name, names, one_hot(codes))
    if name == "mutations":
        return Representation(name, names, landscape.tokens().astype(np.float32))
    if name == "esm2_tokens":
        return Representation(name, names, esm_tokens(codes).astype(np.float32))
    return by_model(name, landscape, params)


def main(params: Params, name: str) -> None:
    """Write the representation, or a file that says why there is none."""
    target = paths.EMBEDDINGS / f"{name}.parquet"
    try:
        write_representation(target, build(name, read_landscape(), params))
    except AbsentWeightsError as error:
        console.print(f"[yellow]skipped[/] {name}: {error}", soft_wrap=True)
        write_parquet(
            target, pa.table({"gene": pa.array([], pa.string())}).replace_schema_metadata({"skipped": str(error)})
        )


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
