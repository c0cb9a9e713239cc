"""What boosting knows of a pair: its molecule, its protein's composition, and what the labels around it say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Matrix, Rows, Values
from knockon.models.binding import kernel_ridge, neighbours
from knockon.models.binding.alike import sides
from knockon.models.binding.descriptors import descriptors
from knockon.models.binding.features import composition
from knockon.models.binding.kernel_ridge import Ridge, RidgeFit, fit_ridge
from knockon.models.binding.protocol import Pairs

_ANY = "AAAA"


@dataclass(frozen=True)
class Columns:
    """features: float32 (pairs, features). start: float64 (pairs,), what the kernel says; boosting corrects it."""

    features: Matrix
    start: Values


def without_proteins(pairs: Pairs) -> Pairs:
    """The same with one protein for all: what is learnt from them knows ligands alone."""
    one = np.zeros_like(pairs.protein)
    return Pairs(pairs.ligands, (_ANY,), pairs.ligand, one, pairs.values, pairs.relation)


def training_columns(train: Pairs, folds: Sequence[tuple[Rows, Rows]], ridge: Ridge) -> tuple[Columns, RidgeFit]:
    """Of training pairs, each without the labels that `folds` hide from it; and the kernel's fit on all of them."""
    own = sides(train, train)
    around = neighbours.out_of_fold(own, folds)
    said = kernel_ridge.out_of_fold(own, folds, ridge)
    return _columns(train, around, said), fit_ridge(own, ridge)


def asked_columns(train: Pairs, pairs: Pairs, fit: RidgeFit) -> Columns:
    """Of pairs asked about, which may name what no training pair does."""
    near = sides(train, pairs)
    # How alike training pairs are to each other is asked for only where the table is filled.
    own = sides(train, train) if kernel_ridge.fills(near) else near
    return _columns(pairs, neighbours.neighbour_features(near), fit.predict(own, near))


def _columns(pairs: Pairs, around: Matrix, said: Values) -> Columns:
    named = descriptors(pairs.ligands)[pairs.ligand], composition(pairs.proteins)[pairs.protein]
    return Columns(np.hstack([*named, around, said.astype(np.float32)]), said[:, 1].copy())
