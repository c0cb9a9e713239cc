"""Planted knock-outs: every one wakes the stress genes, and moves its regulon against its signs."""

import numpy as np
import scipy.sparse as sp

from knockon.models.cells.knockout_features import Knowledge, Responses

GENES, KNOCKED = 300, 18
RANDOM = np.random.default_rng(3)
SIGNS = np.where(RANDOM.random((GENES, GENES)) < 0.05, np.where(RANDOM.random((GENES, GENES)) < 0.7, 1, -1), 0)
SIGNS[KNOCKED:] = 0
STRESS = np.where(RANDOM.random(GENES) < 0.1, 1.5, 0.0)


def planted():
    """Every knock-out wakes the stress genes, and moves its regulon against its signs."""
    controls = RANDOM.normal(6, 1, (KNOCKED, GENES)).astype(np.float32)
    changes = STRESS - 1.5 * SIGNS[:KNOCKED] + RANDOM.normal(0, 0.2, (KNOCKED, GENES))
    changes[np.arange(KNOCKED), np.arange(KNOCKED)] = -6
    studies = tuple(f"study{row // 3}" for row in range(KNOCKED))
    return Responses(changes.astype(np.float32), controls, tuple((row,) for row in range(KNOCKED)), studies)


FOUND = planted()
KNOWN = Knowledge(
    sp.csr_matrix(SIGNS.astype(np.float32)), sp.csr_matrix((SIGNS != 0).astype(np.float32)),
    np.arange(GENES) // 3, RANDOM.normal(6, 1, (60, GENES)).astype(np.float32), np.arange(60) // 10,
    np.arange(60) // 2,
)  # fmt: skip
