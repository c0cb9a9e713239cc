"""Pairs of two sides of a split as one, for a last fit on all that is known."""

import numpy as np

from knockon.models.binding.constructs import NamedPairs
from knockon.models.binding.protocol import Pairs


def joined(one: Pairs, other: Pairs) -> Pairs:
    """The pairs of both, in this order; each ligand, protein and name is listed once."""
    columns: dict[str, object] = {
        name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("values", "relation")
    }
    listed = [("ligands", "ligand"), ("proteins", "protein")]
    named = isinstance(one, NamedPairs) and isinstance(other, NamedPairs)
    for texts, places in [*listed, ("names", "name")] if named else listed:
        both = tuple(dict.fromkeys((*getattr(one, texts), *getattr(other, texts))))
        at = {text: place for place, text in enumerate(both)}
        moved = np.array([at[text] for text in getattr(other, texts)], dtype=np.int64)
        columns[texts] = both
        columns[places] = np.concatenate([getattr(one, places), moved[getattr(other, places)]])
    kind = NamedPairs if named else Pairs
    return kind(**columns)  # type: ignore[arg-type]
