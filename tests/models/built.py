"""Run as a program: builds the model that it is told, and prints which of the libraries it is told were imported."""

import sys

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from knockon.models.context import Context, Inputs
from knockon.models.registry import build
from knockon.represent.representation import Representation

GENES = tuple(f"Y{number:02d}" for number in range(18))


def hierarchy():
    from knockon.models.dcell.hierarchy import Hierarchy

    edges = pa.table({"child": ["t1", "t2"], "parent": ["t0", "t0"]})
    notes = pa.table({"gene": list(GENES), "term": ["t1"] * 9 + ["t2"] * 9, "evidence": [["IDA"]] * 18})
    return Hierarchy(edges, notes, GENES)


if __name__ == "__main__":
    model, *libraries = sys.argv[1:]
    inputs = Inputs(Representation("one_hot", GENES, np.eye(18, dtype=np.float32)), "pert_sum")
    build(
        model, inputs, Context("interaction", side=lambda: {"go": sp.csr_matrix(np.eye(18))}, hierarchy=hierarchy), {}
    )
    print(*(name for name in libraries if name in sys.modules))
