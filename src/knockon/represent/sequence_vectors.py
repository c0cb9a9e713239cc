"""Gene vectors by a sequence model, through the cache."""

import numpy as np
import pyarrow as pa

from knockon.errors import KnockonError
from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import SequenceEncoder
from knockon.represent.representation import Representation


def sequence_vectors(
    name: str, genes: tuple[str, ...], sequences: pa.Array, encoder: SequenceEncoder, cache: EmbeddingCache
) -> Representation:
    """Embed each gene's sequence, taking from the cache what it has; float32, shape (genes, dimensions).

    sequences: text by gene, missing where a gene has none: such a gene's row is NaN, never zeros, which would be a
    vector, and `provenance["absent"]` says how many these are. Raises KnockonError where no gene has a sequence.
    """
    known = np.asarray(sequences.is_valid())
    if not known.any():
        raise KnockonError(f"representation {name}: no gene has a sequence; was the genome read?")
    matrix = np.full((len(genes), encoder.dimensions), np.nan, dtype=np.float32)
    matrix[known] = cache.embed(encoder, sequences.drop_null().to_pylist())
    provenance = {"model": encoder.name, "revision": encoder.revision, "absent": str(int((~known).sum()))}
    return Representation(name, genes, matrix, provenance)
