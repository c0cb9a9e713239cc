"""The avGFP study from Python: variants, splits, vectors for torch, the trained model."""

from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.dataset.variants import PARTS, Variants, split_variants
from knockon.errors import KnockonError, nearest
from knockon.stages.gfp import paths

if TYPE_CHECKING:
    from knockon.api.vectors import Vectors
    from knockon.serving.gfp import Served

ANSWERS = pa.schema(
    [
        pa.field("variant", pa.string(), metadata={"unit": "mutations such as A23T:K45R; empty for the wild type"}),
        *[
            pa.field(name, pa.float64(), metadata={"unit": "log10 fluorescence"})
            for name in ("predicted", "low", "high")
        ],
    ]
)


@dataclass(frozen=True)
class GfpModel:
    """The global-epistasis ensemble that `dvc repro gfp_train` trained on one split."""

    served: "Served"

    def predict(self, variants: Sequence[str], level: float = 0.9) -> pa.Table:
        """Brightness of each variant and the interval of a new measurement of one barcode: ANSWERS, in their order.

        variants: such as "A23T:K45R", positions from 0 without the first methionine. Raises KnockonError for what is
        no variant of the protein, and for a level without interval.
        """
        from knockon.serving.gfp_question import predict, question

        rows = predict(self.served, question(self.served.description, variants, level))
        columns = {"predicted": "brightness", "variant": "variant", "low": "low", "high": "high"}
        return pa.table({name: [row[columns[name]] for row in rows] for name in ANSWERS.names}, schema=ANSWERS)


@dataclass(frozen=True)
class GfpStudy:
    """The study in the clone or demo at `root`; what it reads, `dvc repro` or `dvc pull` made there."""

    root: Path

    @cached_property
    def variants(self) -> Variants:
        """All variants as arrays: names, brightness (log10 fluorescence), barcodes, deviation, counts of mutations."""
        from knockon.stages.gfp.landscape import read_landscape

        with chdir(self.root):
            return read_landscape().variants

    def split(self, name: str = "imbalanced", seed: int | None = None) -> NDArray[np.str_]:
        """The part (train, validation, test) of every variant, (variants,).

        name: imbalanced (TAPE's) or balanced. seed: of a split of your own; None for the stored one.
        """
        from knockon.stages.gfp.landscape import read_parts

        if seed is None:
            with chdir(self.root):
                return read_parts(name)
        return split_variants(pa.array(self.variants.names), self.variants.counts, name, seed)

    def vectors(
        self, part: str, split: str = "imbalanced", seed: int | None = None, representation: str = "one_hot"
    ) -> "Vectors":
        """One part of a split as a torch Dataset of (vector, log10 fluorescence, barcodes), float32."""
        from knockon.api.vectors import Vectors
        from knockon.represent.storage import read_representation
        from knockon.stages.gfp.inputs import absent_reason

        if part not in PARTS:
            raise KnockonError(f"there is no part {part!r}{nearest(part, PARTS)}")
        variants, rows = self.variants, np.flatnonzero(self.split(split, seed) == part)
        with chdir(self.root):
            reason = absent_reason(representation)
        if reason:
            raise KnockonError(f"{representation}: was not built ({reason})")
        matrix = read_representation(self.root / paths.EMBEDDINGS / f"{representation}.parquet").matrix
        weights = variants.barcodes[rows].astype(np.float64)
        return Vectors(lambda chosen: matrix[rows[chosen]], variants.brightness[rows], weights)

    def model(self, trained_on: str = "imbalanced") -> GfpModel:
        """The model trained on a split. Raises KnockonError where there is none."""
        from knockon.serving.gfp import load_served

        return GfpModel(load_served(self.root / paths.MODELS / "global_epistasis" / trained_on))
