"""Strategies in laboratories with a planted truth: how far the best strain built falls short of the optimum."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from knockon.arrays import Mask, Rows, Values
from knockon.models.designs.laboratory import LoopSettings, run_loop
from knockon.sources.simulate.laboratory import LaboratorySimulation, Truth, all_sets, measure, plant, told_pairs


def laboratory_runs(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a strategy, laboratory and cycle: the best strain so far, short of the planted optimum.

    section: see `design.laboratory` in params.yaml.
    """
    settings = LaboratorySimulation(**section["planted"])
    loop = LoopSettings(viable=settings.viable, **section["loop"])
    candidates = all_sets(settings.genes, section["most"])
    rows = []
    for seed in range(section["first_seed"], section["first_seed"] + section["seeds"]):
        truth = plant(settings, seed)
        grows = truth.growth(candidates) >= truth.viable
        worth = np.where(grows, truth.values(candidates), -np.inf)
        optimum = int(np.argmax(worth))
        for strategy in section["strategies"]:
            random = np.random.default_rng([seed, 17])
            found = run_loop(
                candidates, np.arange(settings.genes),
                partial(_measured, truth, candidates, settings, random),
                strategy, loop, seed, told_pairs(truth, section["known"], seed),
            )  # fmt: skip
            order = np.argsort(np.where(found.grows >= loop.feasible, -found.told, np.inf), kind="stable")
            shared = {
                "strategy": strategy, "seed": seed, "first": optimum in order[: section["first"]],
                "built": optimum in found.built, "grew": float(grows[found.built[found.cycles > 0]].mean()),
            }  # fmt: skip
            for cycle in range(loop.cycles + 1):
                own = found.built[found.cycles <= cycle]
                rows.append({**shared, "cycle": cycle, "strains": len(own), "short": worth[optimum] - worth[own].max()})
    return rows


def _measured(
    truth: Truth, candidates: Mask, settings: LaboratorySimulation, random: np.random.Generator, chosen: Rows
) -> tuple[Values, Values]:
    return measure(truth, candidates[chosen], settings, random)
