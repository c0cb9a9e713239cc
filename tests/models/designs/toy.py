"""A few hundred genes in modules, and a phenotype that the modules and two features tell of in part."""

import numpy as np
import scipy.sparse as sp

from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Measured

GENES = 300
NAMES = tuple(f"G{place:03d}" for place in range(GENES))


def toy(seed=0, noise=0.3):
    """Features, and the true effect of each gene, of standard deviation about 1.2."""
    random = np.random.default_rng(seed)
    module = np.arange(GENES) // 6
    cells = (np.ones(GENES, np.float32), (np.arange(GENES), module))
    complexes = sp.csr_matrix(cells, shape=(GENES, module.max() + 1))
    dense = random.normal(size=(GENES, 4)).astype(np.float32)
    dense[random.random(GENES) < 0.1, 0] = np.nan
    places = np.arange(GENES, dtype=np.float32)[:, None] * 5
    names = ("fitness/t26", "fitness/t30", "sequence/length", "sequence/codons", "locus/place")
    features = GeneFeatures(NAMES, names, np.column_stack([dense, places]), {"complex": complexes})
    effect = (
        random.normal(size=module.max() + 1)[module]
        + 0.5 * np.nan_to_num(dense[:, 0])
        + noise * random.normal(size=GENES)
    )
    return features, effect


def singles(genes, rows):
    """Strains of one knock-out."""
    rows = np.asarray(rows, dtype=np.int32)
    return Genotypes(genes, np.arange(len(rows) + 1, dtype=np.int64), rows)


def measured(effect, rows, seed=1, error=0.3):
    """Measurements of some genes."""
    values = effect[rows] + error * np.random.default_rng(seed).normal(size=len(rows))
    return Measured(singles(NAMES, rows), values, np.full(len(rows), error))
