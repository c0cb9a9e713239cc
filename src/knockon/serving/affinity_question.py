"""What is asked of an affinity model: pairs of any molecules and proteins, their intervals, and what lies near them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.models.binding.protocol import RELATIONS, Pairs

if TYPE_CHECKING:
    from knockon.serving.affinity import ServedAffinity

_LIGANDS = 1024
"""Distinct molecules asked about at a time: some models make a table of them by all that they were trained on."""


@dataclass(frozen=True)
class Neighbour:
    """A training pair. ligand: Tanimoto similarity of its molecule to the one asked about (ECFP4).

    protein: share of the shorter sequence's 6-mers that both have. value: with its relation, as text.
    """

    smiles: str
    sequence: str
    value: str
    ligand: float
    protein: float


@dataclass(frozen=True)
class Surroundings:
    """How far outside training a pair lies: similarities to the nearest molecule and protein of training, and pairs.

    pairs: those with the largest product of both similarities, the nearest first; none where nothing is alike.
    """

    ligand: float
    protein: float
    pairs: tuple[Neighbour, ...]


def asked_pairs(molecules: Sequence[str], sequences: Sequence[str]) -> Pairs:
    """One pair of each molecule and sequence that stand together; both in the form of training, in any number."""
    ligands, ligand = _distinct(molecules)
    proteins, protein = _distinct(sequences)
    nothing = np.full(len(molecules), np.nan)
    return Pairs(ligands, proteins, ligand, protein, nothing, np.zeros(len(molecules), dtype=np.int8))


def predict_pairs(served: "ServedAffinity", asked: Pairs) -> Values:
    """Strengths, float64 (pairs,), in the unit of the model, some molecules at a time."""
    found = np.empty(len(asked))
    order = np.argsort(asked.ligand, kind="stable")
    for rows in np.split(
        order, np.searchsorted(asked.ligand[order], np.arange(_LIGANDS, len(asked.ligands), _LIGANDS))
    ):
        ligands, ligand = np.unique(asked.ligand[rows], return_inverse=True)
        proteins, protein = np.unique(asked.protein[rows], return_inverse=True)
        part = Pairs(
            tuple(asked.ligands[number] for number in ligands),
            tuple(asked.proteins[number] for number in proteins),
            ligand,
            protein,
            asked.values[rows],
            asked.relation[rows],
        )
        found[rows] = served.model.predict(part)
    return found


def surroundings(served: "ServedAffinity", smiles: str, sequence: str, most: int = 3) -> Surroundings:
    """What training knows that is like a pair; both in the form of training."""
    from knockon.models.binding.features import ligand_similarity

    train = served.pairs
    ligands = ligand_similarity((smiles,), train.ligands)[0].astype(np.float64)
    proteins = word_shares(sequence, train.proteins)
    alike = ligands[train.ligand] * proteins[train.protein]
    nearest = np.argsort(-alike, kind="stable")[:most]
    pairs = tuple(
        Neighbour(
            train.ligands[train.ligand[row]],
            train.proteins[train.protein[row]],
            f"{RELATIONS[int(train.relation[row])].replace('=', '')} {train.values[row]:.2f}".strip(),
            float(ligands[train.ligand[row]]),
            float(proteins[train.protein[row]]),
        )
        for row in nearest[alike[nearest] > 0]
    )
    return Surroundings(float(ligands.max()), float(proteins.max()), pairs)


def word_shares(sequence: str, others: Sequence[str]) -> Values:
    """Share of the shorter one's 6-mers that a sequence has in common with each of the others: float64 (others,)."""
    from knockon.dataset.affinity.groups import words

    held = words(pa.array([sequence, *others], pa.large_string()))
    sizes = np.asarray(held.sum(axis=1)).ravel()
    shared = np.asarray((held[1:] @ held[:1].T).todense()).ravel()
    return shared / np.maximum(np.minimum(sizes[1:], sizes[0]), 1)


def _distinct(texts: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """Texts, each once in the order that they came, and the place of each among them."""
    place: dict[str, int] = {}
    places = [place.setdefault(text, len(place)) for text in texts]
    return tuple(place), np.array(places, dtype=np.int64)
