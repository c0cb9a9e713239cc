"""On which scale expression values are: stated by whoever knows, else recognised by a rule that says what it saw.

A wrong guess spoils everything after it without a sign: the logarithm of a logarithm still looks like expression. So
values of which no rule holds are refused until their scale is stated, and a statement that the values contradict, too.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.errors import FormatError, KnockonError

ScaleName = Literal["counts", "tpm", "linear", "log2"]

SCALES: tuple[str, ...] = get_args(ScaleName)
"""counts: reads; tpm: per million transcripts; linear: any other normalised level; log2: log2(level + 1)."""

# log2(4 × 10⁹ + 1): no logarithm of a level lies higher, and no sample of reads or TPM stays below.
_LARGEST_LOG = 32.0
# Sums of TPM lie this near to a million where values were rounded, or a few genes left out.
_MILLION = (0.97e6, 1.03e6)


@dataclass(frozen=True)
class Scale:
    """A scale, and how it is known: `stated`, or what the rule that recognised it saw."""

    name: str
    known: str

    @property
    def adds(self) -> bool:
        """Whether values of one gene may be summed: logarithms may not."""
        return self.name != "log2"


def scale_of(values: Matrix, stated: str | None, where: str) -> Scale:
    """The scale of values (samples, genes), not empty, NaN where missing.

    stated: one of SCALES, or None where a rule shall decide. where: what the values are of, for messages. Raises
    KnockonError for an unknown scale; FormatError for values that are no levels, for a statement that the values
    contradict (log of log), and where no rule decides.
    """
    if stated is not None and stated not in SCALES:
        raise KnockonError(f"{where}: there is no scale {stated!r}; choose one of {', '.join(SCALES)}")
    _refuse_impossible(values, where)
    largest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    if stated is None:
        return _recognised(values, largest, where)
    _refuse_contradiction(values, largest, stated, where)
    return Scale(stated, "stated")


def _refuse_impossible(values: Matrix, where: str) -> None:
    """Raise FormatError for values that no level of expression can have."""
    if np.isinf(values).any():
        raise FormatError(f"{where}: {int(np.isinf(values).sum())} values are infinite: mend or empty these cells")
    if negative := int((values < 0).sum()):
        raise FormatError(
            f"{where}: {negative} of {values.size} values are negative, the least {np.nanmin(values):g}: reads and "
            "levels are not; are these log ratios, or values centred by gene? Give levels"
        )


def _recognised(values: Matrix, largest: float, where: str) -> Scale:
    whole = bool((values[np.isfinite(values)] % 1 == 0).all())
    sums: Values = np.nansum(values, axis=1, dtype=np.float64)
    if whole and largest > _LARGEST_LOG:
        return Scale("counts", f"whole numbers up to {largest:.0f}")
    if _MILLION[0] <= sums.min() and sums.max() <= _MILLION[1]:
        return Scale("tpm", f"every sample sums to a million ({sums.min():.0f} to {sums.max():.0f})")
    if not whole and 1 < largest <= _LARGEST_LOG:
        return Scale("log2", f"fractions up to {largest:.1f}, which no sample of reads or TPM stays below")
    raise FormatError(
        f"{where}: the scale can't be recognised (largest value {largest:g}, samples sum to {sums.min():.0f} … "
        f"{sums.max():.0f}): state it, one of {', '.join(SCALES)}"
    )


def _refuse_contradiction(values: Matrix, largest: float, stated: str, where: str) -> None:
    if stated == "log2" and largest > _LARGEST_LOG:
        raise FormatError(
            f"{where}: said to be log2, but the largest value is {largest:g}: state counts, tpm or linear"
        )
    if stated == "log2":
        return
    whole = bool((values[np.isfinite(values)] % 1 == 0).all())
    # A handful of genes may all be low; a transcriptome is not.
    if not whole and values.shape[1] >= 100 and 1 < largest <= _LARGEST_LOG:
        raise FormatError(
            f"{where}: said to be {stated}, but no value lies above {largest:.1f}: these are logarithms already, and "
            "would be taken the logarithm of again; state log2"
        )


def to_log2(values: Matrix, scale: Scale) -> Matrix:
    """log2(level + 1), float32, same shape; reads are first put per million reads of their sample (CPM)."""
    if scale.name == "log2":
        return values.astype(np.float32)
    levels = values.astype(np.float64)
    if scale.name == "counts":
        sums: Values = np.nansum(levels, axis=1, keepdims=True)
        levels = levels / np.where(sums > 0, sums, 1.0) * 1e6
    return np.log2(levels + 1.0).astype(np.float32)
