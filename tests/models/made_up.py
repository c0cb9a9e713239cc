"""Made-up strains with a known truth, small enough for every model's tests."""

import numpy as np

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Inputs
from knockon.models.protocol import Examples
from knockon.represent.representation import Representation

GENES = tuple(f"Y{number:03d}" for number in range(60))


def all_pairs(genes=GENES):
    """Every pair of genes once."""
    pairs = np.stack(np.triu_indices(len(genes), k=1), axis=1).astype(np.int32)
    return Genotypes(genes, np.arange(0, 2 * len(pairs) + 1, 2), pairs.ravel())


def planted(noise=0.1, rank=2, genes=GENES, seed=0):
    """Additive effects plus a low-rank interaction plus noise on all pairs, in random order."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(size=len(genes))
    factors = rng.normal(size=(len(genes), rank))
    genotypes = all_pairs(genes).take(rng.permutation(len(genes) * (len(genes) - 1) // 2))
    first, second = genotypes.pairs().T
    truth = effects[first] + effects[second] + (factors[first] * factors[second]).sum(axis=1)
    values = truth + noise * rng.normal(size=len(truth))
    return Examples(genotypes, values, np.ones(len(values)), np.full(len(genes), np.nan)), truth


def split(examples, train=0.7, validation=0.15):
    """Training, validation and test strains in the order they come."""
    first, second = int(train * len(examples)), int((train + validation) * len(examples))
    rows = np.arange(len(examples))
    return examples.take(rows[:first]), examples.take(rows[first:second]), examples.take(rows[second:])


def dense_inputs(aggregation="pert_sum", genes=GENES, dimensions=8, seed=0):
    """Random gene vectors."""
    matrix = np.random.default_rng(seed).normal(size=(len(genes), dimensions)).astype(np.float32)
    return Inputs(Representation("made_up", genes, matrix), aggregation)


def correlation(values, predicted):
    """Pearson."""
    return float(np.corrcoef(values, predicted)[0, 1])
