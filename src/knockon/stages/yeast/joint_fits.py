"""Where yeast_joint keeps its fits until all of them are done, so that a stop or a kill loses one fit at most.

Not an output of DVC: it keeps no cache of runs of a stage with an output that persists.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knockon.models.networks.joint_labels import Head
from knockon.represent.representation import Representation

FITS = Path("models/yeast_joint_fits")


def folder_of_fits(settings: dict[str, Any], heads: Sequence[Head], vectors: Representation) -> Path:
    """The folder of the fits with these settings and data; others never meet them."""
    named = [settings, vectors.names, [(head.name, head.columns) for head in heads]]
    digest = hashlib.sha256(json.dumps(named, sort_keys=True).encode())
    digest.update(np.asarray(vectors.matrix).tobytes())
    for head in heads:
        strains = (head.genotypes.indptr, head.genotypes.indices, head.side, head.keys)
        for column in (*strains, head.values, head.weights):
            digest.update(column.tobytes())
    return FITS / digest.hexdigest()[:16]
