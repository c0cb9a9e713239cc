"""How far the knock-out of a regulator moves a diseased sample towards the normal state, and what chance would give.

A virtual knock-out takes a regulator's own input back to the normal samples' and with it all that it hands down. A
regulator ranks by its input's distance from the normal samples in units of its scatter over the compendium, weighted by
how far its activity is to be trusted; `moves` says which share of a sample's distance goes away.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.models.cells.regulators import Regulons
from knockon.models.cells.regulon_model import RegulonModel


@dataclass(frozen=True)
class Moves:
    """Of diseased samples, float64 (samples, regulators) each. scores: above 0 where a knock-out moves a sample towards
    the normal state, below where a loss has moved it away. moves: share of the squared distance that goes away when the
    input is taken back, in units of the genes' spread.
    """

    scores: Values
    moves: Values


def moves_of(model: RegulonModel, diseased: Values, normal: Values) -> Moves:
    """Samples (samples, genes), log2, against the mean of the normal ones."""
    change = diseased - normal.mean(axis=0)
    inputs = model.inputs(change)
    return Moves(inputs / model.scatter * model.trust, shares(model, change, inputs))


def shares(model: RegulonModel, change: Values, inputs: Values) -> Values:
    """Share of the squared distance |change|² that goes away with a regulator's input; (samples, regulators)."""
    effects, scaled = model.effects(), change / model.spread
    total = np.maximum((scaled**2).sum(axis=1, keepdims=True), 1e-12)
    return (2 * inputs * (scaled @ effects.T) - inputs**2 * (effects**2).sum(axis=1)) / total


def ranks(scores: Values) -> Integers:
    """Place of each regulator in its row, 1 for the largest score; of equal ones the first."""
    return np.argsort(np.argsort(-scores, axis=-1, kind="stable"), axis=-1, kind="stable") + 1


def by_labels(inputs: Values, diseased: Mask, permutations: int, seed: int) -> Values:
    """Chance that permuted labels raise a regulator's mean input as far, either way; (regulators,).

    inputs: (samples, regulators) of both states.
    """
    random = np.random.default_rng([seed, 41])
    labels = random.permuted(np.repeat(diseased[None].astype(np.float64), permutations, axis=0), axis=1)
    sides = labels / labels.sum(axis=1, keepdims=True) - (1 - labels) / (1 - labels).sum(axis=1, keepdims=True)
    own = inputs[diseased].mean(axis=0) - inputs[~diseased].mean(axis=0)
    found = np.abs(sides @ inputs) >= np.abs(own) - 1e-12
    return (1 + found.sum(axis=0)) / (1 + permutations)


def by_regulons(regulons: Regulons, change: Values, permutations: int, seed: int) -> Values:
    """Chance that a random regulon of the same size, over genes of as many regulators, fits a change as well.

    change: (genes,), scaled, of the cohort. Genes trade places with others that about as many regulators act on.
    """
    random = np.random.default_rng([seed, 42])
    degrees = (regulons.signs != 0).sum(axis=0)
    groups = np.searchsorted(np.unique(np.quantile(degrees, [0.5, 0.75, 0.9, 0.97])), degrees)
    own = np.abs(regulons.signs @ change)
    drawn = np.empty((permutations, len(change)))
    for number in range(permutations):
        for group in np.unique(groups):
            place = np.flatnonzero(groups == group)
            drawn[number, place] = change[random.permutation(place)]
    found = np.abs(drawn @ regulons.signs.T) >= own - 1e-12
    return (1 + found.sum(axis=0)) / (1 + permutations)


def false_discovery_rates(chances: Values) -> Values:
    """Benjamini and Hochberg's, 1995, of p-values in any order."""
    order = np.argsort(chances, kind="stable")
    raw = chances[order] * len(chances) / np.arange(1, len(chances) + 1)
    found = np.empty(len(chances))
    found[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return found


@dataclass(frozen=True)
class Cohort:
    """Of every regulator, float64 (regulators,) each. score, move: means over diseased samples. labels, regulons:
    chances of permuted labels and of random regulons. fdr: of the larger of the two.
    """

    score: Values
    move: Values
    labels: Values
    regulons: Values
    fdr: Values


def cohort_of(
    model: RegulonModel, diseased: Values, normal: Values, permutations: int = 1000, seed: int = 1
) -> tuple[Cohort, Moves]:
    """All regulators of a cohort, and of each of its samples."""
    found = moves_of(model, diseased, normal)
    middle = normal.mean(axis=0)
    inputs = model.inputs(np.concatenate([diseased, normal]) - middle)
    labels = by_labels(inputs, np.arange(len(inputs)) < len(diseased), permutations, seed)
    mean = (diseased.mean(axis=0) - middle) / model.spread
    random = by_regulons(model.regulons, mean, min(permutations, 500), seed)
    rates = false_discovery_rates(np.maximum(labels, random))
    return Cohort(found.scores.mean(axis=0), found.moves.mean(axis=0), labels, random, rates), found
