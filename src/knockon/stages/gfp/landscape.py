"""The dataset of the avGFP study as its stages read it: variants, reference, splits and vectors."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.dataset.variants import SPLITS, Variants, variants_from
from knockon.errors import KnockonError
from knockon.hashing import Hashes, hash_column
from knockon.models.gfp_inputs import Matrix, VariantInputs, standardised
from knockon.represent.protein_tokens import mutation_tokens
from knockon.represent.storage import read_representation
from knockon.stages.gfp import paths

TOKENS = ("esm2_tokens", "mutations")
"""Representations that are tokens, not vectors."""

SPARSE = ("one_hot",)
"""Representations that are taken as they are; all other vectors are standardised."""


@dataclass(frozen=True)
class Landscape:
    """All variants, in the order of the published file. mutations: lists of position, wild type and mutant."""

    reference: str
    variants: Variants
    mutations: pa.ListArray

    @property
    def keys(self) -> Hashes:
        """The identity of each variant, uint64."""
        return hash_column(pa.array(self.variants.names))

    def tokens(self) -> NDArray[np.int64]:
        """Mutation tokens, int64 (variants, most mutations)."""
        return mutation_tokens(self.mutations, len(self.reference))


def read_landscape() -> Landscape:
    """Read what gfp_dataset wrote."""
    table = pq.read_table(paths.VARIANTS)
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    variants = variants_from(table, metadata["reference"], metadata["nonsense"])
    return Landscape(metadata["reference"], variants, table["mutations"].combine_chunks())


def read_parts(split: str) -> NDArray[np.str_]:
    """The part (train, validation, test) of each variant in one split."""
    if split not in SPLITS:
        raise KnockonError(f"split is {split!r}; choose one of {', '.join(SPLITS)}")
    return pq.read_table(paths.SPLITS, columns=[split])[split].to_numpy().astype("<U10")


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
    """Variants as one representation shows them. train, validation: which variants belong there, (variants,)."""
    rows = np.flatnonzero(train)
    variants = landscape.variants
    return VariantInputs(
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
