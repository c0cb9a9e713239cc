"""Growth of very many pairs of deletions, and ε as the product rule has it.

Most pairs need neither a program nor a rule: where neither partner stops a flux, and no reaction lacks both, growth is
the wild type's; where what one shuts carries nothing in the other's optimum, it is the other's. Both are exact.
"""

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Mask, Values
from knockon.models.designs.flux.cell import Cell

ZERO = 1e-6
"""|ε| below this is what the solver's tolerance leaves."""


def pair_growths(cell: Cell, first: Integers, second: Integers) -> Values:
    """Growth of pairs of genes' deletions, 1/h: float64 (pairs,). first, second: int64 (pairs,), numbers of genes."""
    single, stops = _singles(cell)
    shared = _share_a_rule(cell)
    value = np.minimum(single[first], single[second])
    # Fewer deletions can only grow better, so the lesser single is the pair's growth where the other changes nothing.
    lesser_stands = np.where(single[first] <= single[second], ~stops[first, second], ~stops[second, first])
    lethal = value == 0
    settled = np.isfinite(value) & (lethal | (lesser_stands & ~shared[first, second]))
    asked = np.flatnonzero(~settled)
    if len(asked):
        value[asked] = cell.growths(list(zip(first[asked].tolist(), second[asked].tolist(), strict=True))).values
    return value


def _singles(cell: Cell) -> tuple[Values, Mask]:
    """Growth of every single deletion, and whether b's stops a flux of a's optimum: bool (genes, genes) by a and b."""
    genes = len(cell.network.genes)
    shuts = [cell.shut((gene,)) for gene in range(genes)]
    known = [cell.known((gene,)) for gene in range(genes)]
    indptr = np.cumsum([0, *map(len, shuts)])
    indices = np.concatenate([np.empty(0, dtype=np.int64), *shuts])
    closed = sp.csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(genes, len(cell.kept)))
    carried = sp.csr_matrix(np.array([carries for _, carries in known], dtype=np.float32))
    stops: Mask = (carried @ closed.T).toarray() > 0
    return np.array([growth for growth, _ in known]), stops


def _share_a_rule(cell: Cell) -> Mask:
    """Pairs of genes that one rule names, which may shut together what neither shuts alone: bool (genes, genes)."""
    touched = cell.rules.touches().astype(np.float32)
    shared: Mask = (touched @ touched.T).toarray() > 0
    return shared


def epsilon(cell: Cell, first: Integers, second: Integers) -> Values:
    """ε = f_ab - f_a · f_b of pairs, growths over the wild type's, as SGA's scores have it: float64 (pairs,)."""
    genes = len(cell.network.genes)
    single = cell.growths([(gene,) for gene in range(genes)]).values / cell.wild.value
    found = pair_growths(cell, first, second) / cell.wild.value - single[first] * single[second]
    return np.where(np.abs(found) < ZERO, 0.0, found)
