"""Where yeast_joint keeps its fits until all of them are done; see `training.fit_folders`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knockon.hashing import digest
from knockon.models.networks.joint_labels import Head
from knockon.represent.representation import Representation

FITS = Path("models/yeast_joint_fits")


def folder_of_fits(settings: dict[str, Any], heads: Sequence[Head], vectors: Representation) -> str:
    """The name of the folder of the fits with these settings and data; others never meet them."""
    named = [settings, vectors.names, [(head.name, head.columns) for head in heads]]
    columns = [
        column
        for head in heads
        for column in (head.genotypes.indptr, head.genotypes.indices, head.side, head.keys, head.values, head.weights)
    ]
    return digest(vectors.matrix, *columns, names=json.dumps(named, sort_keys=True))
