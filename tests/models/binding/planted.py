"""Small pairs with a planted truth: what binds is told by one atom of the ligand and one residue of the protein."""

import numpy as np

from knockon.models.binding.protocol import Pairs

LIGANDS = tuple(f"C{'C' * (number % 5)}{atom}C{tail}" for number in range(10) for atom in "NOS" for tail in ("", "=O"))
LIGANDS = tuple(dict.fromkeys(LIGANDS))


def proteins(count: int = 16) -> tuple[str, ...]:
    random = np.random.default_rng(5)
    return tuple(
        "".join(random.choice(list("AGLV"), 30)) + "WKD"[number % 3] * 4 + "".join(random.choice(list("AGLV"), 20))
        for number in range(count)
    )


def pairs(noise: float = 0.2) -> Pairs:
    """All pairs of 30 ligands and 16 proteins: 8 where atom and residue fit, else 5, and `< 5` there."""
    ligand, protein = (each.ravel() for each in np.meshgrid(np.arange(len(LIGANDS)), np.arange(16), indexing="ij"))
    kind = np.array(
        ["NOS".index(next(atom for atom in "NOS" if atom in smiles.removesuffix("=O"))) for smiles in LIGANDS]
    )
    fits = kind[ligand] == protein % 3
    values = np.where(fits, 8.0, 5.0) + np.where(fits, np.random.default_rng(0).normal(0, noise, len(ligand)), 0)
    return Pairs(LIGANDS, proteins(), ligand, protein, values, np.where(fits, 0, -1).astype(np.int8))


def split(noise: float = 0.2) -> tuple[Pairs, Pairs, Pairs]:
    """Training, validation and test pairs: 60, 15 and 25 %."""
    every = pairs(noise)
    order = np.random.default_rng(1).permutation(len(every))
    ends = int(0.6 * len(order)), int(0.75 * len(order))
    return tuple(every.take(rows) for rows in np.split(order, ends))
