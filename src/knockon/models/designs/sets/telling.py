"""Each cycle of design and test told from those before it, by every model: one table of predictions."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Told
from knockon.models.designs.sets.baselines import CycleModel, build
from knockon.models.designs.sets.scaled import ScaledSets
from knockon.models.designs.sets.strains import Strains

TOLD_SCHEMA = pa.schema(
    [
        pa.field("model", pa.string(), metadata={"unit": "name"}),
        pa.field("past", pa.string(), metadata={"unit": "which strains it was told from, see PASTS"}),
        pa.field("cycle", pa.int64(), metadata={"unit": "the told cycle"}),
        pa.field("strain", pa.string(), metadata={"unit": "genes joined by +"}),
        pa.field("value", pa.float64(), metadata={"unit": "measured, as in the strains"}),
        pa.field("error", pa.float64(), metadata={"unit": "standard error of value"}),
        pa.field("mean", pa.float64(), metadata={"unit": "told"}),
        pa.field("deviation", pa.float64(), metadata={"unit": "told, of a new measurement"}),
        pa.field("low", pa.float64(), metadata={"unit": "lower end of the interval"}),
        pa.field("high", pa.float64(), metadata={"unit": "upper end of the interval"}),
    ]
)

PASTS = ("play", "cycles", "all")
"""play: strains of earlier cycles whose genes are all in play, see `in_play`. cycles: of those, no screen of single
genes (the first cycle). all: every strain of earlier cycles.
"""


def in_play(strains: Strains, cycle: int) -> Mask:
    """Strains of earlier cycles that have no gene but those in the sets of later ones than the first; (strains,).

    Genes that a screen has shown and that nobody goes on with were left because they looked worse than they are, or as
    bad: with them in, what remains looks better than it is.
    """
    measured = strains.measured.strains
    first = strains.cycles.min()
    rows = np.flatnonzero((strains.cycles > first) & (strains.cycles <= cycle))
    playing = np.zeros(len(measured.genes), dtype=np.bool_)
    playing[measured.take(rows).indices] = True
    outside = measured.matrix() @ (~playing).astype(np.float32)
    return np.asarray((strains.cycles < cycle) & (outside == 0))


def past_of(strains: Strains, cycle: int, past: str) -> Integers:
    """Numbers of the strains that a cycle is told from."""
    chosen = strains.cycles < cycle if past == "all" else in_play(strains, cycle)
    if past == "cycles":
        chosen &= strains.cycles > strains.cycles.min()
    return np.flatnonzero(chosen)


def tell(
    strains: Strains, features: GeneFeatures, told: Iterable[tuple[str, str]], cycles: Iterable[int], level: float,
    seed: int,
) -> pa.Table:  # fmt: skip
    """Predictions of every strain with any knock-out of the told cycles, in TOLD_SCHEMA.

    told: model and past. level: of the intervals, of a normal distribution where a model has none of its own.
    """
    measured = strains.measured
    tables = []
    cycles = tuple(cycles)
    for name, past in told:
        for cycle in cycles:
            known = past_of(strains, cycle, past)
            asked = np.flatnonzero((strains.cycles == cycle) & (measured.strains.counts > 0))
            model = build(name)
            model.fit(measured.take(known), features, seed, strains.cycles[known])
            found = model.predict(measured.strains.take(asked))
            low, high = _ends(model, measured.strains.take(asked), found, level)
            columns = [
                pa.repeat(name, len(asked)), pa.repeat(past, len(asked)), strains.cycles[asked],
                strain_names(strains, asked), measured.values[asked], measured.errors[asked], found.mean,
                found.deviation, low, high,
            ]  # fmt: skip
            tables.append(pa.table([pa.array(each) for each in columns], schema=TOLD_SCHEMA))
    return pa.concat_tables(tables)


def _ends(model: CycleModel, strains: Genotypes, found: Told, level: float) -> tuple[Values, Values]:
    if isinstance(model, ScaledSets):
        return model.interval(strains, level)
    reach = float(ndtri((1 + level) / 2)) * found.deviation
    return found.mean - reach, found.mean + reach


def strain_names(strains: Strains, rows: Integers) -> list[str]:
    """Genes of strains joined by +."""
    chosen = strains.measured.strains.take(rows)
    genes = chosen.genes
    return ["+".join(genes[gene] for gene in own) for own in np.split(chosen.indices, chosen.indptr[1:-1])]
