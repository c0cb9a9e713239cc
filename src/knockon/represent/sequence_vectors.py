"""Gene vectors by a sequence model, through the cache."""

import numpy as np
import pyarrow as pa

from knockon.errors import KnockonError
from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import SequenceEncoder
from knockon.represent.representation import Representation


def sequence_vectors(
    genes: tuple[str, ...], sequences: pa.Array, encoder: SequenceEncoder, cache: EmbeddingCache
) -> Representation:
    """Embed each gene's sequence, taking from the cache what it has; float32, shape (genes, dimensions).

    sequences: text by gene, missing where a gene has none: such a gene gets the mean of the others, and
    `provenance["imputed"]` says how many these are. Raises KnockonError where no gene has a sequence.
    """
    known = np.asarray(sequences.is_valid())
    if not known.any():
        raise KnockonError(f"representation {encoder.name}: no gene has a sequence; was the genome read?")
    matrix = np.empty((len(genes), encoder.dimensions), dtype=np.float32)
    matrix[known] = cache.embed(encoder, sequences.drop_null().to_pylist())
    matrix[~known] = matrix[known].mean(axis=0, dtype=np.float64)
    provenance = {"model": encoder.name, "revision": encoder.revision, "imputed": str(int((~known).sum()))}
    return Representation(encoder.name, genes, matrix, provenance)
