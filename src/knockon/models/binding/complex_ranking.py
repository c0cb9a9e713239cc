"""Rankings of the ligands of all complexes by every protein: by a tower, by the nearest training complex, by a mix."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.dataset.affinity.groups import alike_proteins, protein_clusters, words
from knockon.errors import KnockonError
from knockon.evaluation.complex_retrieval import Complexes
from knockon.evaluation.retrieval import first_places
from knockon.models.binding.every_pair import BY, compact, nearest_complex, tower_scores
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs

_REFERENCES = 200
"""Training proteins whose mean score of a ligand is what the ligand gets from any protein."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Pairs that are asked about, as complexes."""

    pairs: Pairs
    complexes: Complexes

    @classmethod
    def of(cls, pairs: Pairs, binder: float, same_protein: float) -> "Asked":
        """Those pairs that bind; sequences are one protein from this share of the shorter one's 6-mers on."""
        named = compact(binders(pairs, binder))
        same = protein_clusters(words(pa.array(named.proteins)), same_protein)
        return cls(named, Complexes(named.protein, named.ligand, same))


def binders(pairs: Pairs, binder: float) -> Pairs:
    """The pairs of at least this strength. Raises KnockonError where there is none."""
    found = pairs.take(np.flatnonzero(pairs.values >= binder))
    if not len(found):
        raise KnockonError(f"no pair has a value of {binder} or more, which a binder has")
    return found


def selection(train: Pairs, validation: Pairs, share: float, rows: int, seed: int) -> tuple[Pairs, Pairs]:
    """What is learnt from and what is asked while settings are chosen: no protein of one has a relative in the other.

    About `rows` validation pairs of proteins drawn at random, and the training pairs without their relatives.
    """
    order = np.random.default_rng(seed).permutation(np.unique(validation.protein))
    counts = np.cumsum(np.bincount(validation.protein, minlength=len(validation.proteins))[order])
    drawn = order[: int(np.searchsorted(counts, rows)) + 1]
    held = words(pa.array(validation.proteins + train.proteins))
    others = len(validation.proteins) + np.arange(len(train.proteins))
    related = np.unique(alike_proteins(held, drawn, others, share).col)
    return (
        train.take(np.flatnonzero(~np.isin(train.protein, related))),
        validation.take(np.flatnonzero(np.isin(validation.protein, drawn))),
    )


def ways(model: NetworkModel, train: Pairs, asked: Pairs, seed: int) -> dict[str, Values]:
    """Every way to score by a tower, (proteins, ligands): cosine or head, as it is or less the ligand's mean.

    The mean is over training proteins. A network without one of the losses has not learnt what the other reads.
    """
    drawn = np.random.default_rng(seed).permutation(len(train.proteins))[:_REFERENCES]
    references = [train.proteins[place] for place in drawn]
    kind = model.sizes.loss  # type: ignore[union-attr]
    learnt = {"regression": ("head",), "contrastive": ("cosine",)}.get(kind, BY)
    found: dict[str, Values] = {}
    for by in learnt:
        scores = tower_scores(model, (*asked.proteins, *references), asked.ligands, by)
        own, common = scores[: len(asked.proteins)], scores[len(asked.proteins) :].mean(axis=0)
        found |= {by: own, f"{by}, less the ligand's mean": own - common}
    return found


def mean_reciprocal(scores: Values, asked: Asked) -> float:
    """By what settings are chosen: 1/place of the best ligand of the protein, mean over complexes."""
    complexes = asked.complexes
    return float((1 / first_places(scores[complexes.protein], complexes.right("any"))).mean())


def scaled(scores: Values) -> Values:
    """Each protein's scores about 0 with a spread of 1."""
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-12))


def mixed(look_up: Values, tower: Values, share: float) -> Values:
    """share: of the tower."""
    return (1 - share) * scaled(look_up) + share * scaled(tower)


@dataclass(frozen=True)
class Side:
    """What is learnt from, and what is asked."""

    train: Pairs
    asked: Asked


def choose_among(values: list[float], score: Callable[[float], Values], asked: Asked) -> float:
    """The value whose scores validation complexes like best; the first of equal ones."""
    return max(values, key=lambda value: mean_reciprocal(score(value), asked))


def looked_up(side: Side, power: float) -> Values:
    """Scores of the nearest training complex."""
    return nearest_complex(side.train, side.asked.pairs.proteins, side.asked.pairs.ligands, power)
