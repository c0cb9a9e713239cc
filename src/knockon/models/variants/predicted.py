"""What models of protein variants predict, as rows of the table of a fitness landscape."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Rows
from knockon.dataset.variants import Variants
from knockon.evaluation.landscape import CALIBRATION, landscape_rows, member_lists
from knockon.hashing import Hashes
from knockon.models.variants.fitting import Fitted
from knockon.models.variants.inputs import VariantInputs


@dataclass(frozen=True)
class SplitVariants:
    """All variants beside one split. keys: uint64, their identity. parts: train, validation or test, by variant."""

    scheme: str
    variants: Variants
    keys: Hashes
    parts: NDArray[np.str_]

    def rows(
        self, seed: int, model: str, predicted: NDArray[np.float64], fitted: Fitted, data: VariantInputs
    ) -> pa.Table:
        """LANDSCAPE_SCHEMA: one fit's predictions of all variants; data: as it was fitted.

        Where the fit gives no standard deviations, that of all is the root mean squared error on validation variants.
        """
        variants = self.variants
        trained = np.asarray(variants.indicators[data.train].sum(axis=0)).ravel() > 0
        error = np.sqrt(np.mean((predicted - variants.brightness)[data.validation] ** 2))
        numbers = np.arange(len(predicted))
        return landscape_rows(
            {
                "key": self.keys,
                "split": self.parts.tolist(),
                "model": model,
                "head": "brightness",
                "perturbed": variants.counts,
                "seen": np.asarray(variants.indicators @ trained.astype(np.int64)).astype(np.int32),
                "unit_a": numbers,
                "unit_b": numbers,
                "n": variants.barcodes,
                "standard_error": variants.deviation / np.sqrt(variants.barcodes),
                "value": variants.brightness,
                "predicted": predicted,
                "scheme": self.scheme,
                "seed": seed,
                "deviation": np.full(len(predicted), error) if fitted.deviations is None else fitted.deviations,
                "members": member_lists(fitted.members),
            }
        )


def calibrating(table: pa.Table, rows: Rows) -> pa.Table:
    """Rows of LANDSCAPE_SCHEMA that intervals are made from, as a part of its own: CALIBRATION."""
    part = pa.repeat(pa.scalar(CALIBRATION), len(rows))
    return table.take(rows).set_column(table.schema.get_field_index("split"), table.schema.field("split"), part)
