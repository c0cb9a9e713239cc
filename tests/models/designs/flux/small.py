"""A network of a few reactions whose answers can be told by hand.

Glucose (10 of it) becomes `a` by either of two isoenzymes (G1, G2). From `a` a complex (G4, G5) makes one building
block; G3 makes .8 of one and a molecule of the product. Growth takes building blocks, so without the complex growth is
8 and brings 10 of the product, without G3 it is 10 and brings none.
"""

import numpy as np
import scipy.sparse as sp

from knockon.sources.design.metabolic_network import MetabolicNetwork

_METABOLITES = {
    "glucose_e": ("D-glucose", "e"),
    "glucose": ("D-glucose", "c"),
    "a": ("intermediate", "c"),
    "block": ("building block", "c"),
    "product": ("L-tyrosine", "c"),
    "product_e": ("L-tyrosine", "e"),
    "lost": ("dead end", "c"),
}
_REACTIONS = {
    "r_uptake": ({"glucose_e": -1}, -10, 1000, ""),
    "r_transport": ({"glucose_e": -1, "glucose": 1}, 0, 1000, ""),
    "r_first": ({"glucose": -1, "a": 1}, 0, 1000, "G1 or G2"),
    "r_making": ({"a": -1, "block": 0.8, "product": 1}, 0, 1000, "G3"),
    "r_plain": ({"a": -1, "block": 1}, 0, 1000, "(G4 and G5)"),
    "r_dead": ({"a": -1, "lost": 1}, 0, 1000, "G6"),
    "r_export": ({"product": -1, "product_e": 1}, -1000, 1000, ""),
    "r_given_off": ({"product_e": -1}, 0, 1000, ""),
    "r_growth": ({"block": -1}, 0, 1000, ""),
}
GENES = ("G1", "G2", "G3", "G4", "G5", "G6")


def small_network(**bounds: tuple[float, float]) -> MetabolicNetwork:
    """The network; bounds: by reaction, in place of its own."""
    rows = {name: row for row, name in enumerate(_METABOLITES)}
    matrix = np.zeros((len(rows), len(_REACTIONS)))
    for column, (parts, *_) in enumerate(_REACTIONS.values()):
        for name, amount in parts.items():
            matrix[rows[name], column] = amount
    chosen = [bounds.get(name, (low, high)) for name, (_, low, high, _) in _REACTIONS.items()]
    return MetabolicNetwork(
        tuple(rows),
        tuple(name for name, _ in _METABOLITES.values()),
        tuple(place for _, place in _METABOLITES.values()),
        tuple(_REACTIONS),
        tuple(name.removeprefix("r_") for name in _REACTIONS),
        sp.csc_matrix(matrix),
        np.array([low for low, _ in chosen], dtype=np.float64),
        np.array([high for _, high in chosen], dtype=np.float64),
        np.array([float(name == "r_growth") for name in _REACTIONS]),
        tuple(rule for *_, rule in _REACTIONS.values()),
        GENES,
    )


def genes(*names: str) -> tuple[int, ...]:
    """Their numbers."""
    return tuple(GENES.index(name) for name in names)
