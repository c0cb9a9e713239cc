"""Where yeast_joint keeps its fits until all of them are done, so that a stop or a kill loses one fit at most.

Not an output of DVC: it keeps no cache of runs of a stage with an output that persists.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knockon.hashing import digest
from knockon.models.networks.joint_labels import Head
from knockon.represent.representation import Representation

FITS = Path("models/yeast_joint_fits")


def folder_of_fits(settings: dict[str, Any], heads: Sequence[Head], vectors: Representation) -> Path:
    """The folder of the fits with these settings and data; others never meet them."""
    named = [settings, vectors.genes, [(head.name, head.columns) for head in heads]]
    columns = [
        column
        for head in heads
        for column in (head.genotypes.indptr, head.genotypes.indices, head.side, head.keys, head.values, head.weights)
    ]
    return FITS / digest(vectors.matrix, *columns, names=json.dumps(named, sort_keys=True))
