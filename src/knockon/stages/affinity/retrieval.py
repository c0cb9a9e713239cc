"""Task `retrieval`: does a protein find its ligands among those of all tested complexes?

Two towers with and without the contrastive loss, beside the look-up of the nearest training complex, and a mix of both.
What each may choose (epochs, by cosine or head, less the ligand's mean) is chosen on validation complexes whose
relatives were taken out of the training, as the split takes those of the test out; then it learns from all of training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.dataset.affinity.groups import alike_proteins, protein_clusters, words
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.complex_retrieval import Complexes, chance, complex_scores, more_found, of_other_proteins
from knockon.evaluation.retrieval import first_places
from knockon.models.binding.every_pair import BY, compact, nearest_complex, tower_scores
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.towers import fit_tower
from knockon.progress import track
from knockon.stages.affinity.runs import Tables
from knockon.training.fit_folders import FitFolders

LOOK_UP, MIX = "look_up", "look_up_and_tower"

_REFERENCES = 200
"""Training proteins whose mean score of a ligand is what the ligand gets from any protein."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Pairs that are asked about, as complexes."""

    pairs: Pairs
    complexes: Complexes

    @classmethod
    def of(cls, pairs: Pairs, section: Mapping[str, Any]) -> "Asked":
        """Those pairs that bind, by params.yaml; which sequences are one protein is told there, too."""
        named = compact(binders(pairs, section))
        same = protein_clusters(words(pa.array(named.proteins)), section["same_protein"])
        return cls(named, Complexes(named.protein, named.ligand, same))


def binders(pairs: Pairs, section: Mapping[str, Any]) -> Pairs:
    """The pairs that bind, by params.yaml. Raises KnockonError where there is none."""
    found = pairs.take(np.flatnonzero(pairs.values >= section["binder"]))
    if not len(found):
        raise KnockonError(f"affinity.tasks: no pair has a value of {section['binder']} or more, which a binder has")
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


def choose_tower(
    section: Mapping[str, Any], settings: Mapping[str, Any], side: Side, fits: FitFolders
) -> tuple[dict[str, Any], Values]:
    """The epochs and the way to score that validation complexes like best, and the scores there."""
    best: tuple[float, dict[str, Any], Values] | None = None
    for epochs in section["epochs"]:
        model = fitted(section, settings, epochs, side.train, fits)
        for way, scores in ways(model, side.train, side.asked.pairs, section["seed"]).items():
            reached = mean_reciprocal(scores, side.asked)
            if best is None or reached > best[0]:
                best = reached, {"epochs": epochs, "way": way, "selection_mrr": reached}, scores
    assert best is not None
    return best[1], best[2]


def fitted(
    section: Mapping[str, Any], settings: Mapping[str, Any], epochs: int, train: Pairs, fits: FitFolders
) -> NetworkModel:
    """A tower; every complex counts as a binder."""
    whole = {**section["settings"], **settings, "threshold": section["binder"]}
    return fit_tower(whole, {**section["training"], "epochs": epochs}, train, section["seed"], fits)


def choose_among(values: list[float], score: Callable[[float], Values], asked: Asked) -> float:
    """The value whose scores validation complexes like best; the first of equal ones."""
    return max(values, key=lambda value: mean_reciprocal(score(value), asked))


def split_scores(name: str, share: float, section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """Of one split: ranking → its scores on the test. share: of 6-mers, above which the split leaves relatives out."""
    run = Tables().run(f"{section['source']}/{name}")
    inner = selection(run.pairs("train"), run.pairs("validation"), share, section["selection"], section["seed"])
    chosen = Side(inner[0], Asked.of(inner[1], section))
    final = Side(run.pairs("train"), Asked.of(run.pairs("test"), section))
    power = choose_among(section["powers"], lambda value: looked_up(chosen, value), chosen.asked)
    scores = {LOOK_UP: looked_up(final, power)}
    told: dict[str, dict[str, Any]] = {LOOK_UP: {"power": power}}
    before = {}
    for model, settings in track(section["models"].items(), f"retrieval, {name}"):
        told[model], before[model] = choose_tower(section, settings, chosen, fits)
        tower = fitted(section, settings, told[model]["epochs"], final.train, fits)
        scores[model] = ways(tower, final.train, final.asked.pairs, section["seed"])[told[model]["way"]]
    best = max(before, key=lambda model: told[model]["selection_mrr"])
    known = looked_up(chosen, power)
    part = choose_among(section["shares"], lambda value: mixed(known, before[best], value), chosen.asked)
    told[MIX] = {"tower": best, "share_of_tower": part}
    scores[MIX] = mixed(scores[LOOK_UP], scores[best], part)
    return {
        "queries": len(final.asked.complexes),
        "proteins": len(np.unique(final.asked.complexes.same)),
        "ligands": len(final.asked.pairs.ligands),
        "training_complexes": len(final.train),
        "selection": {"queries": len(chosen.asked.complexes), "training_complexes": len(chosen.train)},
        "chance": chance(final.asked.complexes),
        "rankings": rankings(scores, told, best, final.asked, section),
    }


def looked_up(side: Side, power: float) -> Values:
    """Scores of the nearest training complex."""
    return nearest_complex(side.train, side.asked.pairs.proteins, side.asked.pairs.ligands, power)


def rankings(
    scores: Mapping[str, Values],
    told: Mapping[str, dict[str, Any]],
    best: str,
    asked: Asked,
    section: Mapping[str, Any],
) -> dict[str, Any]:
    """Ranking → what was chosen, its scores, and how much oftener than the look-up it is right; then the controls.

    The controls are of the best tower: with another protein in place of each, and with the ligands exchanged.
    """
    resampling = Resampling(section["resamples"], seed=section["seed"])
    found: dict[str, Any] = {}
    for name, each in scores.items():
        found[name] = {**told[name], **complex_scores(each, asked.complexes, resampling)}
        if name != LOOK_UP:
            gained = more_found(each, scores[LOOK_UP], asked.complexes, resampling)
            found[name] |= {f"any_top1_over_look_up{key[10:]}": value for key, value in gained.items()}
    others = of_other_proteins(asked.complexes, section["seed"])
    exchanged = np.random.default_rng(section["seed"]).permutation(scores[best].shape[1])
    controls = {"random_protein": scores[best][others], "random_ligand": scores[best][:, exchanged]}
    for name, each in controls.items():
        found[name] = {"of": best, **complex_scores(each, asked.complexes, resampling)}
    return found


def retrieve(section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """Split → its scores, in the order of params.yaml."""
    return {name: split_scores(name, share, section, fits) for name, share in section["splits"].items()}
