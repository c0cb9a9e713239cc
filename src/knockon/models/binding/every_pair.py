"""Scores of every ligand against every protein, by which either finds the other."""

from collections.abc import Sequence

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.errors import KnockonError
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs

BY = ("head", "cosine")


def compact(pairs: Pairs) -> Pairs:
    """The same pairs over the ligands and proteins alone that they name."""
    ligands, ligand = np.unique(pairs.ligand, return_inverse=True)
    proteins, protein = np.unique(pairs.protein, return_inverse=True)
    named = tuple(pairs.ligands[place] for place in ligands), tuple(pairs.proteins[place] for place in proteins)
    return Pairs(*named, ligand.astype(np.int64), protein.astype(np.int64), pairs.values, pairs.relation)


def tower_scores(model: NetworkModel, proteins: Sequence[str], ligands: Sequence[str], by: str) -> Values:
    """(proteins, ligands), by the regression `head`, in the labels' unit, or by the `cosine` of both vectors."""
    if by not in BY:
        raise KnockonError(f"scores by {by!r}; choose one of {', '.join(BY)}")
    held, asked = model.vectors("ligand", ligands), model.vectors("protein", proteins)
    if by == "cosine":
        return np.asarray(unit(asked).astype(np.float64) @ unit(held).astype(np.float64).T)
    return np.stack([model.meet(held, protein) for protein in asked])


def unit(vectors: Matrix) -> Matrix:
    """Rows of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def nearest_complex(train: Pairs, proteins: Sequence[str], ligands: Sequence[str], power: float = 1.0) -> Values:
    """How alike the nearest training pair is, (proteins, ligands), in [0, 1]: a look-up that learns nothing.

    Alike is cosine of the counts of 3-mers^power × Tanimoto similarity of the ligands, at its largest over the pairs.
    """
    alike = protein_similarity(proteins, train.proteins).astype(np.float64) ** power
    tanimoto = ligand_similarity(ligands, train.ligands).astype(np.float64)
    # By training protein, so that each of its pairs is looked at once for all who ask.
    found = np.zeros((len(proteins), len(ligands)))
    order = np.argsort(train.protein, kind="stable")
    starts = np.flatnonzero(np.diff(train.protein[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        best = tanimoto[:, train.ligand[rows]].max(axis=1)
        np.maximum(found, alike[:, train.protein[rows[0]], None] * best, out=found)
    return found
