"""Task `retrieval`: does a protein find its ligands among those of all tested complexes?

Two towers with and without the contrastive loss, beside the look-up of the nearest training complex, and a mix of both.
What each may choose (epochs, by cosine or head, less the ligand's mean) is chosen on validation complexes whose
relatives were taken out of the training, as the split takes those of the test out; then it learns from all of training.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.complex_retrieval import chance, complex_scores, more_found, of_other_proteins
from knockon.models.binding.complex_ranking import (
    Asked,
    Side,
    choose_among,
    looked_up,
    mean_reciprocal,
    mixed,
    selection,
    ways,
)
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.towers import fit_tower
from knockon.progress import track
from knockon.stages.affinity.runs import Tables
from knockon.training.fit_folders import FitFolders

LOOK_UP, MIX = "look_up", "look_up_and_tower"


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


def split_scores(name: str, share: float, section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """Of one split: ranking → its scores on the test. share: of 6-mers, above which the split leaves relatives out."""
    run = Tables().run(f"{section['source']}/{name}")
    inner = selection(run.pairs("train"), run.pairs("validation"), share, section["selection"], section["seed"])
    binds = section["binder"], section["same_protein"]
    chosen = Side(inner[0], Asked.of(inner[1], *binds))
    final = Side(run.pairs("train"), Asked.of(run.pairs("test"), *binds))
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
