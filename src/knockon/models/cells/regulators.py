"""Regulators and what they act on, as arrays over the genes that were measured; and their activities by decoupler.

Measured traps of decoupler 2.2, each closed here and tested: a net without a column `weight` gets weights of +1 without
a word; edges that stand twice raise; a regulator with few targets vanishes from the answer; and ULM and VIPER change
with genes that no regulon names, so that the genes are part of what an activity means.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError

ACTIVITIES = ("ulm", "viper")
"""Methods of decoupler: univariate linear models, and VIPER (Alvarez et al. 2016, Nat. Genet. 48:838)."""


@dataclass(frozen=True)
class Regulons:
    """Signed edges over the measured genes.

    regulators: names, sorted. genes: all that were measured, in the order of the columns. signs: float64 (regulators,
    genes), 1, −1, and 0 without an edge. own: int64 (regulators,), the column of the regulator's own transcript, −1
    where it has none. small: regulators that were left out, with too few targets of known sign.
    """

    regulators: tuple[str, ...]
    genes: tuple[str, ...]
    signs: Values
    own: Integers
    small: tuple[str, ...]

    def take(self, rows: Integers) -> "Regulons":
        """Some of the regulators."""
        names = tuple(self.regulators[row] for row in rows)
        return Regulons(names, self.genes, self.signs[rows], self.own[rows], self.small)


def regulons_of(edges: pa.Table, genes: Sequence[str], least: int = 5) -> Regulons:
    """Regulons of edges in REGULON_SCHEMA, whose regulators and targets are named as `genes` are.

    An edge to itself is left out: a regulator's transcript is no target. Edges of unknown sign are, too: no activity
    could be told from them. Raises KnockonError where an edge stands twice, or no regulator has `least` targets.
    """
    places = {name: column for column, name in enumerate(genes)}
    names = edges["regulator"].to_pylist(), edges["target"].to_pylist()
    if len(set(zip(*names, strict=True))) < edges.num_rows:
        raise KnockonError("regulons: a pair of regulator and target stands twice: merge its edges first")
    regulators = sorted(set(names[0]))
    row_of = {name: row for row, name in enumerate(regulators)}
    rows = np.array([row_of[name] for name in names[0]], dtype=np.int64)
    columns = np.array([places.get(name, -1) for name in names[1]], dtype=np.int64)
    own = np.array([places.get(name, -1) for name in regulators], dtype=np.int64)
    signs = np.zeros((len(regulators), len(genes)))
    measured = columns >= 0
    signs[rows[measured], columns[measured]] = np.sign(edges["sign"].to_numpy()[measured])
    known = np.flatnonzero(own >= 0)
    signs[known, own[known]] = 0.0
    kept = np.flatnonzero((signs != 0).sum(axis=1) >= least)
    if not len(kept):
        raise KnockonError(
            f"regulons: none of {len(regulators)} regulators has {least} targets among the {len(genes)} genes: are "
            "they named as the genes are, and of the same organism?"
        )
    small = tuple(sorted(set(regulators) - {regulators[row] for row in kept}))
    return Regulons(tuple(regulators[row] for row in kept), tuple(genes), signs[kept], own[kept], small)


def activities(method: str, values: Values, regulons: Regulons) -> Values:
    """Activities by decoupler, float64 (samples, regulators) in the order of the regulons.

    method: one of ACTIVITIES. values: (samples, genes), over the regulons' genes and no others, without holes. Raises
    KnockonError for other values, or where decoupler leaves a regulator out.
    """
    if method not in ACTIVITIES:
        raise KnockonError(f"activities: there is no method {method!r}; choose one of {', '.join(ACTIVITIES)}")
    if values.ndim != 2 or values.shape[1] != len(regulons.genes) or not np.isfinite(values).all():
        raise KnockonError(f"activities: values of {values.shape} for {len(regulons.genes)} genes, without holes")
    import decoupler
    import pandas

    row, column = np.nonzero(regulons.signs)
    # Numbers, since a regulator may have the name of a gene.
    net = pandas.DataFrame(
        {
            "source": [f"r{each}" for each in row],
            "target": [f"g{each}" for each in column],
            "weight": regulons.signs[row, column],
        }
    )
    frame = pandas.DataFrame(
        values,
        index=[str(each) for each in range(len(values))],
        columns=[f"g{each}" for each in range(values.shape[1])],
    )
    # VIPER takes logarithms of chances that are 0, and says so for each pair of regulators.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = getattr(decoupler.mt, method)(data=frame, net=net, tmin=1, empty=False)[0]
    wanted = [f"r{each}" for each in range(len(regulons.regulators))]
    if missing := [name for name in wanted if name not in found.columns]:
        lost = regulons.regulators[int(missing[0][1:])]
        raise KnockonError(f"activities: decoupler leaves out {len(missing)} regulators, {lost} first")
    return np.asarray(found[wanted].to_numpy(), dtype=np.float64)


def inferred(samples: Values, genes: Sequence[str], own: Integers, size: int) -> Regulons:
    """Regulons where none are known: the `size` genes that follow a regulator's transcript most closely, with signs.

    samples: (samples, genes), centred. own: columns of the regulators. What follows is as often above it as below.
    """
    spread = samples.std(axis=0)
    scaled = samples / np.maximum(spread, 1e-9) / np.sqrt(len(samples))
    together = scaled[:, own].T @ scaled
    together[:, own] = 0.0
    chosen = np.argsort(-np.abs(together), axis=1, kind="stable")[:, :size]
    signs = np.zeros((len(own), len(genes)))
    np.put_along_axis(signs, chosen, np.sign(np.take_along_axis(together, chosen, axis=1)), axis=1)
    return Regulons(tuple(genes[place] for place in own), tuple(genes), signs, own, ())
