"""What a model of the avGFP study is given: the variants as one representation shows them, and who trains."""

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.models.grid import SkippedRepresentation
from knockon.models.variants.inputs import Matrix, VariantInputs, standardised
from knockon.represent.storage import read_representation
from knockon.stages.gfp import paths
from knockon.stages.gfp.landscape import Landscape

TOKENS = ("esm2_tokens", "mutations")
"""Representations that are tokens, not vectors."""

SPARSE = ("one_hot",)
"""Representations that are taken as they are; all other vectors are standardised."""


def absent_reason(representation: str) -> str | None:
    """Why a representation was skipped when it was to be built; None where it is there."""
    path = paths.EMBEDDINGS / f"{representation}.parquet"
    if not path.exists():
        return f"not among gfp.embed.representations: {path} is missing"
    reason = (pq.read_schema(path).metadata or {}).get(b"skipped")
    return None if reason is None else reason.decode()


def inputs_of(
    landscape: Landscape, representation: str, train: NDArray[np.bool_], validation: NDArray[np.bool_]
) -> VariantInputs:
    """Variants as one representation shows them. train, validation: which variants belong there, (variants,).

    Raises SkippedRepresentation where it was not built.
    """
    reason = absent_reason(representation)
    if reason is not None:
        raise SkippedRepresentation(reason)
    rows = np.flatnonzero(train)
    variants = landscape.variants
    return VariantInputs(
        reference=landscape.reference,
        matrix=_matrix(representation, rows),
        brightness=variants.brightness,
        barcodes=variants.barcodes,
        mutations=variants.counts,
        names=variants.names,
        train=rows,
        validation=np.flatnonzero(validation),
    )


def _matrix(representation: str, train: NDArray[np.int64]) -> Matrix:
    matrix = read_representation(paths.EMBEDDINGS / f"{representation}.parquet").matrix
    if representation in TOKENS:
        return np.asarray(matrix).astype(np.int16)
    return matrix if representation in SPARSE else standardised(np.asarray(matrix), train)
