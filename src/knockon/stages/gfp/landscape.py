"""The dataset of the avGFP study as its stages read it: variants, reference and splits."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.dataset.variants import SPLITS, Variants, variants_from
from knockon.errors import KnockonError
from knockon.hashing import Hashes, hash_column
from knockon.represent.protein_tokens import mutation_tokens
from knockon.stages.gfp import paths


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
