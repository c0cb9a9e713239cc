"""How alike genes are, block by block of what is known of them: kernels that a sum of is taken over.

Links (annotations, networks) count by their rarity, log(1 + genes / genes with it), and every gene's row has length 1:
their kernel is a cosine. Dense blocks are standardised, with 0 where nothing is known; their kernel is linear, or
radial: exp(−d² / 2 width), d² the squared distance. Along the genome it falls off with the distance in kilobases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Matrix, Rows, Values
from knockon.models.designs.links import by_rarity, unit_rows
from knockon.models.designs.protocol import GeneFeatures

LOCUS = "locus"
"""The block of one feature, the place on the genome, which only its own kernel reads."""

RADIAL = ("fitness", "metabolome", "growth", "transcript", "sequence", "flux")
LINEAR = (*RADIAL, "morphology")
NEAR = (2.0, 30.0)
"""Kilobases after which the likeness of neighbours on the genome has fallen to 1/e."""

# Genes whose likenesses to others are held at once.
_BLOCK = 1000


@dataclass(frozen=True)
class Part:
    """One kernel of a sum. rows: (genes, features), sparse or dense, what it is computed from. form: linear, radial or
    near; reach: the width of a radial one, the kilobases of a near one; scale: what brings its mean over genes to 1.
    """

    name: str
    form: str
    rows: Any
    reach: float = 1.0
    scale: float = 1.0

    def between(self, first: Rows, second: Rows) -> Values:
        """Likeness of each of the first genes to each of the second, float64 (first, second)."""
        if self.form == "near":
            return np.asarray(np.exp(-np.abs(self.rows[first] - self.rows[second].T) / self.reach))
        product = self.rows[first] @ self.rows[second].T
        dense = product.toarray() if sp.issparse(product) else np.asarray(product)  # type: ignore[attr-defined]
        if self.form == "linear":
            return np.asarray(self.scale * dense)
        squares = [np.asarray((self.rows[each] ** 2).sum(axis=1)) for each in (first, second)]
        distance = np.maximum(squares[0][:, None] + squares[1][None, :] - 2 * dense, 0)
        return np.asarray(np.exp(-distance / (2 * self.reach)))


def parts_of(features: GeneFeatures, measured: Rows, skipped: Sequence[str] = ()) -> list[Part]:
    """The kernels of all blocks, scaled on the measured genes. skipped: names of parts to leave out."""
    found = [*_of_links(features, measured), *_of_values(features, measured)]
    return [part for part in found if part.name not in skipped]


def _of_links(features: GeneFeatures, measured: Rows) -> Iterator[Part]:
    for name, matrix in features.links.items():
        rows = unit_rows(by_rarity(matrix))
        known = rows[measured].multiply(rows[measured]).sum() / max(len(measured), 1)
        if known > 0:
            yield Part(name, "linear", rows, scale=float(1 / known))


def _of_values(features: GeneFeatures, measured: Rows) -> Iterator[Part]:
    if LOCUS in features.blocks:
        places = features.block(LOCUS).astype(np.float64)
        # A gene without a place is far from all.
        lost = ~np.isfinite(places[:, 0])
        places[lost, 0] = -1e9 - 1e6 * np.arange(lost.sum())
        yield from (Part(f"near_{reach:g}_kb", "near", places, reach) for reach in NEAR)
    for name in LINEAR:
        if name not in features.blocks:
            continue
        rows = standardised(features.block(name), measured)
        spread = float((rows[measured] ** 2).sum(axis=1).mean())
        if spread > 0:
            yield Part(name, "linear", rows, scale=1 / spread)
            if name in RADIAL:
                yield Part(f"{name}_radial", "radial", rows, reach=spread)


def standardised(values: Matrix, measured: Rows) -> Values:
    """Each feature of mean 0 and deviation 1 over the measured genes, float64; 0 where it is unknown."""
    seen = np.asarray(values[measured], dtype=np.float64)
    known = np.isfinite(seen)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, seen, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, seen - mean, 0) ** 2).sum(axis=0) / count)
    found = (values.astype(np.float64) - mean) / np.where(spread > 0, spread, 1)
    # A feature that is far out for one gene should not be all that its kernel knows.
    return np.asarray(np.clip(np.nan_to_num(found), -6, 6))


def weighted(parts: Sequence[Part], weights: Mapping[str, float], first: Rows, second: Rows) -> Values:
    """The sum of the parts with a weight, float64 (first, second)."""
    used = [(part, weights[part.name]) for part in parts if weights.get(part.name, 0.0) > 0]
    found = np.zeros((len(first), len(second)))
    for part, weight in used:
        if part.form != "linear":
            found += weight * part.between(first, second)
    # The product of rows put side by side is the sum of the products: one for all links, and one for all dense blocks.
    for sparse in (True, False):
        joined = [(part.rows, np.sqrt(part.scale * weight)) for part, weight in used if _joins(part, sparse)]
        if joined:
            left, right = (_side_by_side([rows[each] * root for rows, root in joined]) for each in (first, second))
            product = left @ right.T
            found += product.toarray() if sp.issparse(product) else product  # type: ignore[attr-defined]
    return found


def _joins(part: Part, sparse: bool) -> bool:
    return part.form == "linear" and sp.issparse(part.rows) == sparse


def _side_by_side(blocks: Sequence[Any]) -> Any:
    return sp.csr_matrix(sp.hstack(blocks)) if sp.issparse(blocks[0]) else np.concatenate(blocks, axis=1)


def blocks_of(rows: Rows) -> Iterator[Rows]:
    """The rows in runs that are held at once."""
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]
