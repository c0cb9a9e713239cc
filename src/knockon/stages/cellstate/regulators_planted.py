"""Regulators where the truth is planted: drivers of samples and cooperative pairs, found by each method."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.responses import mean_score, paired_scores
from knockon.models.cells.regulator_moves import moves_of, ranks
from knockon.models.cells.regulator_pairs import find_pairs, product_terms
from knockon.models.cells.regulators import Regulons, activities, inferred, regulons_of
from knockon.models.cells.regulon_model import RegulonModel, within
from knockon.sources.simulate.regulators import PlantedRegulators, RegulatorSimulation, plant_regulators

METHODS = ("moves", "moves_untrusted", "ulm", "viper", "ulm_inferred", "own_transcript", "chance")
_LEAST = 1


def planted_regulons(planted: PlantedRegulators) -> Regulons:
    """The known edges, with genes named by their places so that sorted regulators keep their order."""
    names = [f"g{place:06d}" for place in range(planted.signs.shape[1])]
    regulator, target = np.nonzero(planted.signs)
    edges = {"regulator": [names[each] for each in regulator], "target": [names[each] for each in target]}
    return regulons_of(pa.table({**edges, "sign": planted.signs[regulator, target]}), names, _LEAST)


def precision(scores: Values, drivers: Integers) -> Values:
    """Share of each sample's drivers among as many of its first regulators; (samples,)."""
    places = np.take_along_axis(ranks(scores), drivers, axis=1)
    return np.asarray((places <= drivers.shape[1]).mean(axis=1))


class World:
    """One simulated world and what every method says of it."""

    def __init__(self, settings: RegulatorSimulation, permutations: int) -> None:
        self.planted = plant_regulators(settings)
        self.permutations, self.seed = permutations, settings.seed
        self.regulons = planted_regulons(self.planted)
        self.samples = self.planted.compendium.astype(np.float64)
        self.model = RegulonModel(self.regulons)
        self.model.fit(self.samples, self.planted.studies)

    def drivers(self) -> dict[str, Values]:
        """precision of METHODS, (diseased samples,) each."""
        cohort, regulons = self.planted.cohort.astype(np.float64), self.regulons
        diseased, normal = cohort[self.planted.diseased], cohort[~self.planted.diseased]
        found = moves_of(self.model, diseased, normal)
        scaled = (diseased - normal.mean(axis=0)) / normal.std(axis=0)
        mine = np.arange(len(regulons.regulators))
        size = int((regulons.signs != 0).sum(axis=1).mean())
        guessed = inferred(within(self.samples, self.planted.studies), regulons.genes, mine, size)
        scores = {
            "moves": found.scores,
            "moves_untrusted": found.scores / self.model.trust,
            "ulm": activities("ulm", scaled, regulons),
            "viper": activities("viper", scaled, regulons),
            "ulm_inferred": activities("ulm", scaled, guessed),
            "own_transcript": scaled[:, mine],
        }
        told = {name: precision(each, self.planted.drivers) for name, each in scores.items()}
        chance = self.planted.drivers.shape[1] / len(regulons.regulators)
        return told | {"chance": np.full(len(diseased), chance)}

    def pairs(self) -> dict[str, int]:
        """Planted pairs among as many of the first ones, by the test and by plain product terms; what was claimed."""
        planted, true = self.planted, {(int(a), int(b)) for a, b in self.planted.pairs}
        found = find_pairs(self.model, self.samples, planted.studies, permutations=self.permutations, seed=self.seed)
        first = found.order()[: len(true)]
        plain = product_terms(activities("ulm", self.samples, self.regulons), self.samples)
        terms = np.argsort(-plain, kind="stable")[: len(true)]

        def right(rows: Integers) -> int:
            return sum((int(a), int(b)) in true for a, b in found.pairs[rows])

        claimed = np.flatnonzero(found.claimed)
        return {
            "planted": len(true),
            "found": right(first),
            "product_terms": right(terms),
            "claimed": len(claimed),
            "claimed_right": right(claimed),
        }


def planted_scores(section: Mapping[str, Any], resampling: Resampling) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Flat scores of the standard world and of an additive one, and the rows of the plot over noise and sizes."""
    standard, seeds = dict(section["world"]), section["seeds"]
    rows: list[dict[str, Any]] = []
    told, pairs = _several(standard, seeds, section["permutations"])
    scores: dict[str, Any] = {}
    worlds = _names(told["moves"])
    every = {name: np.concatenate(values).tolist() for name, values in told.items()}
    for name, values in every.items():
        mean, low, high = mean_score(values, worlds, resampling)
        scores |= {f"drivers_{name}": mean, f"drivers_{name}_low": low, f"drivers_{name}_high": high}
    gained = paired_scores(every["moves"], every["ulm"], worlds, resampling)
    scores |= {f"drivers_over_ulm{name.removeprefix('difference')}": gained[name] for name in list(gained)[:3]}
    scores |= {f"pairs_{name}": float(np.mean([each[name] for each in pairs])) for name in pairs[0]}
    alone = _several({**standard, "joint": 0.0}, seeds, section["permutations"])[1]
    scores["pairs_claimed_where_additive"] = float(np.mean([each["claimed"] for each in alone]))
    for name, values in section["curves"].items():
        for value in values:
            curve, found = _several({**standard, name: value}, section["curve_seeds"], section["permutations"])
            rows += _curve(name, value, curve, found, resampling)
    return scores, rows


def _names(told: list[Values]) -> list[str]:
    """The world of each sample: intervals draw worlds."""
    return [f"world {place}" for place, values in enumerate(told) for _ in values]


def _several(
    settings: Mapping[str, Any], seeds: list[int], permutations: int
) -> tuple[dict[str, list[Values]], list[dict[str, int]]]:
    worlds = [World(RegulatorSimulation(**settings, seed=seed), permutations) for seed in seeds]
    told = [world.drivers() for world in worlds]
    return {name: [each[name] for each in told] for name in METHODS}, [world.pairs() for world in worlds]


def _curve(
    name: str, value: float, told: Mapping[str, list[Values]], pairs: list[dict[str, int]], resampling: Resampling
) -> list[dict[str, Any]]:
    """Points of one setting: precision of the drivers by method, and shares of the planted pairs."""
    rows = []
    group = f"{name} {value:g}"
    for method in ("moves", "ulm", "own_transcript"):
        values = np.concatenate(told[method]).tolist()
        mean, low, high = mean_score(values, [str(place) for place in range(len(values))], resampling)
        rows.append(_point("drivers: precision", group, method, mean, low, high))
    for key, method in (("found", "moves"), ("product_terms", "product terms")):
        shares = [each[key] / max(each["planted"], 1) for each in pairs]
        rows.append(_point("cooperative pairs: share found", group, method, float(np.mean(shares)), None, None))
    return rows


def _point(
    panel: str, group: str, series: str, score: float | None, low: float | None, high: float | None
) -> dict[str, Any]:
    return {
        "panel": panel, "group": group, "series": series.replace("_", " "),
        "score": score, "score_low": low, "score_high": high,
    }  # fmt: skip
