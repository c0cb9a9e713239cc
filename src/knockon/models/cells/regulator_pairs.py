"""Pairs of regulators that do together what neither does alone: cooperative ones, tested over a compendium.

In a regulon-linear world a joint knock-out is the sum of two: synergy is 0 by construction, and stays 0 here. What is
looked for is expression that follows the *product* of two activities, after everything that single activities and
their squares explain, and the study of a sample, has been taken out. The null permutes products within studies.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.errors import KnockonError
from knockon.models.cells.regulator_moves import false_discovery_rates
from knockon.models.cells.regulon_model import RegulonModel, within

_BLOCK = 256
# Of a product's length, what single activities must leave of it for anything to be said of the pair.
_OWN_SHARE = 0.2


@dataclass(frozen=True)
class Pairs:
    """pairs: int64 (pairs, 2), regulators, ascending. strength: float64 (pairs,), by how many standard deviations of
    its null a pair's product explains more. chance, fdr: float64 (pairs,), of the product alone. claimed: bool
    (pairs,), those that still explain more than chance when stronger ones have been taken out, as shadows do not.
    joint: float64 (pairs, genes), what a unit of the product adds, in units of the genes' spread; 0 where not claimed.
    """

    pairs: Integers
    strength: Values
    chance: Values
    fdr: Values
    claimed: Mask
    joint: Values

    def order(self) -> Integers:
        """The claimed pairs from the strongest on, and then the others."""
        return np.lexsort((-self.strength, ~self.claimed))


def _scaled(columns: Values) -> Values:
    """Columns of length 1; those without length stay 0."""
    length = np.sqrt((columns**2).sum(axis=0))
    return np.where(length > 1e-9, columns / np.maximum(length, 1e-9), 0.0)


class Products:
    """Products of activities, free of what single activities say, and expression without it."""

    def __init__(self, model: RegulonModel, samples: Values, studies: Integers | None) -> None:
        if len(samples) < 20:
            raise KnockonError(f"pairs of regulators: {len(samples)} samples; at least 20 are needed to tell products")
        self.studies = np.zeros(len(samples), dtype=np.int64) if studies is None else studies
        scaled = within(samples, self.studies) / model.spread
        self.activity = scaled @ model.solver
        # With few samples only the leading activities can be taken out; with many, all.
        left = np.linalg.svd(self.activity, full_matrices=False)
        width = min(len(samples) // 4, int((left[1] > 1e-9 * left[1][0]).sum()))
        self._basis = left[0][:, :width]
        residual = scaled - self._basis @ (self._basis.T @ scaled)
        residual[:, (spread := residual.std(axis=0)) < 1e-6] = 0.0
        self.spread = np.maximum(spread, 1e-6)
        self.residual = residual / self.spread
        self._squares = self._free(self.activity**2)

    def _free(self, columns: Values) -> Values:
        columns = within(columns, self.studies)
        return columns - self._basis @ (self._basis.T @ columns)

    def of(self, pairs: Integers, order: Integers | None = None) -> Values:
        """Products of pairs, (samples, pairs), of length 1, or 0 where single activities say nearly all of a product.

        order: of the samples, for a null.
        """
        first, second = pairs.T
        raw = within(self.activity[:, first] * self.activity[:, second], self.studies)
        raw = raw if order is None else raw[order]
        found = self._free(raw)
        one, other = _scaled(self._squares[:, first]), self._squares[:, second]
        # The second square without the first, so that both are taken out exactly.
        other = _scaled(other - one * (one * other).sum(axis=0))
        for square in (one, other):
            found = found - square * (found * square).sum(axis=0)
        length = np.sqrt((found**2).sum(axis=0))
        whole = np.sqrt((raw**2).sum(axis=0))
        return np.where(length > _OWN_SHARE * whole, found / np.maximum(length, 1e-12), 0.0)

    def explained(self, pairs: Integers, order: Integers | None = None) -> Values:
        """What each product explains of all genes, (pairs,), in units of one gene's variance."""
        parts = [pairs[start : start + _BLOCK] for start in range(0, len(pairs), _BLOCK)]
        return np.concatenate([((self.of(part, order).T @ self.residual) ** 2).sum(axis=1) for part in parts])


def find_pairs(
    model: RegulonModel,
    samples: Values,
    studies: Integers | None = None,
    among: Integers | None = None,
    permutations: int = 10,
    seed: int = 1,
    claimed: float = 0.05,
) -> Pairs:
    """Test every pair of regulators. among: regulators that are looked at, all where None. claimed: rate of false
    discoveries up to which a pair is said to cooperate.
    """
    names = np.arange(len(model.regulons.regulators)) if among is None else np.sort(among)
    first, second = np.triu_indices(len(names), 1)
    pairs = np.column_stack([names[first], names[second]]).astype(np.int64)
    products = Products(model, samples, studies)
    own = products.explained(pairs)
    random = np.random.default_rng([seed, 43])
    null = np.concatenate([products.explained(pairs, _shuffled(products.studies, random)) for _ in range(permutations)])
    ordered = np.sort(null)
    rates = false_discovery_rates(_beyond(ordered, own))
    able = np.flatnonzero(rates <= claimed)
    # The largest chance that was let through stands for the threshold of what is left of a pair.
    most = float(_beyond(ordered, own)[able].max()) if len(able) else 0.0
    kept = able[_not_shadows(products, pairs[able], ordered, most)]
    joint = np.zeros((len(pairs), samples.shape[1]))
    if len(kept):
        joint[kept] = _coefficients(products, pairs[kept])
    strength = (own - null.mean()) / max(null.std(), 1e-12)
    said = np.isin(np.arange(len(pairs)), kept)
    return Pairs(pairs, strength, _beyond(ordered, own), rates, said, joint)


def _beyond(ordered: Values, found: Values) -> Values:
    """Share of the null, ascending, that explains as much."""
    return (1 + len(ordered) - np.searchsorted(ordered, found, side="left")) / (1 + len(ordered))


def _not_shadows(products: Products, pairs: Integers, ordered: Values, most: float) -> Integers:
    """Places of the pairs that explain more than chance after stronger ones, which are taken out one by one."""
    left, residual = products.of(pairs), products.residual.copy()
    found: list[int] = []
    while len(found) < len(pairs):
        length = np.sqrt((left**2).sum(axis=0))
        unit = np.where(length > 0.3, left / np.maximum(length, 1e-12), 0.0)
        explained = ((unit.T @ residual) ** 2).sum(axis=1)
        best = int(np.argmax(explained))
        if _beyond(ordered, explained[best : best + 1])[0] > most:
            break
        found.append(best)
        taken = unit[:, best : best + 1]
        residual = residual - taken @ (taken.T @ residual)
        left = left - taken @ (taken.T @ left)
    return np.sort(np.array(found, dtype=np.int64))


def _shuffled(studies: Integers, random: np.random.Generator) -> Integers:
    """An order of the samples in which each trades places within its study."""
    order = np.arange(len(studies))
    for study in np.unique(studies):
        place = np.flatnonzero(studies == study)
        order[place] = random.permutation(place)
    return order


def _coefficients(products: Products, pairs: Integers) -> Values:
    """Least squares of each product, by unit of the product itself; small ones, which are noise, are 0."""
    raw = products.of(pairs)
    told = raw.T @ products.residual
    told[np.abs(told) < 2] = 0.0
    first, second = pairs.T
    sizes = (raw * (products.activity[:, first] * products.activity[:, second])).sum(axis=0)
    return told * products.spread / np.maximum(sizes, 1e-9)[:, None]


def joint_excess(model: RegulonModel, pairs: Pairs, change: Values) -> Values:
    """By how much the joint knock-out of a pair moves a sample further than both single ones together.

    change: (samples, genes), log2, of diseased samples against the normal state. Returns (samples, pairs): share of the
    distance along its own direction. 0 for pairs that were not claimed, and wherever expression is additive.
    """
    scaled = change / model.spread
    activity = model.activities(change)
    total = np.maximum((scaled**2).sum(axis=1, keepdims=True), 1e-12)
    first, second = pairs.pairs.T
    return activity[:, first] * activity[:, second] * (scaled @ pairs.joint.T) / total


def product_terms(activity: Values, samples: Values) -> Values:
    """The plain way, beside which `find_pairs` stands: what the product of two activities explains of all genes, with
    nothing taken out; float64 (pairs,), in the order of `np.triu_indices`.
    """
    first, second = np.triu_indices(activity.shape[1], 1)
    products = activity[:, first] * activity[:, second]
    products = (products - products.mean(axis=0)) / np.maximum(products.std(axis=0), 1e-12)
    scaled = (samples - samples.mean(axis=0)) / np.maximum(samples.std(axis=0), 1e-6)
    return np.asarray(((products.T @ scaled / len(samples)) ** 2).sum(axis=1))
