"""design_cycles: each cycle of design and test told from those before; a planted laboratory, strategy by strategy."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask, Rows, Values
from knockon.atomic import write_json, write_parquet
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval
from knockon.evaluation.evaluate import significant
from knockon.evaluation.told_strains import told_scores
from knockon.models.designs.laboratory import LoopSettings, run_loop
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.sets.forward import left_out_errors
from knockon.models.designs.sets.process import SetModel
from knockon.models.designs.sets.strains import Strains, loci_features, strains_of
from knockon.models.designs.sets.telling import in_play, tell
from knockon.progress import console
from knockon.sources.design.cycles import read_isoprenol_cycles, read_isoprenol_screen
from knockon.sources.simulate.laboratory import LaboratorySimulation, Truth, all_sets, measure, plant, told_pairs
from knockon.stages.design import paths
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage

READS = (paths.CYCLES_SCREEN, paths.CYCLES_RAW, *templates("design_cycles", "design_laboratory"))
PARAMS = ("design.cycles", "design.laboratory")

_PANELS = {"r": "Pearson r", "picked": "mean of the picked strains, mg/L", "covered": "share inside the 90 % interval"}
_WORDS = {
    "sets": "sets", "sets_additive": "sets, no pairs", "sets_no_operons": "sets, no operons",
    "sets_normal": "sets, normal noise", "ridge_pairs": "ridge with pairs", "ridge": "ridge", "mean": "mean",
    "nearest": "nearest sets", "radial": "radial kernel", "boosted": "boosted trees",
    "expected_improvement": "expected improvement", "informed": "expected improvement, pairs told",
    "ucb": "upper bound", "singles": "sum of singles",
}  # fmt: skip
_ABLATIONS = (("ridge", "cycles"), ("sets", "cycles"), ("sets", "all"))
"""Models that are told from another past, too."""

_DRAWN = ("sets", "ridge", "ridge_pairs", "radial", "boosted", "nearest", "mean")
_DRAWN_STRATEGIES = ("random", "singles", "ridge", "greedy", "thompson", "expected_improvement", "informed")
"""What the pictures show: the palette has seven colours. The metrics have all."""


def read_strains() -> tuple[Strains, dict[str, int]]:
    """Strains of the screen and the cycles, and how many lines gave them."""
    found = [read_isoprenol_screen(paths.CYCLES_SCREEN), read_isoprenol_cycles(paths.CYCLES_RAW)]
    strains = strains_of(pa.concat_tables([each.table for each in found]))
    counts = {
        "lines": sum(each.table.num_rows for each in found),
        "rejected": sum(each.rejects.num_rows for each in found),
        "strains": len(strains.cycles),
        "genes": len(strains.measured.strains.genes),
        "not_detected": int(pc.sum(pc.invert(found[0].table["detected"])).as_py()),
    }
    return strains, counts


def told_rows(told: pa.Table, picked: int, resampling: Resampling) -> list[dict[str, Any]]:
    """Scores by model, past and cycle, and their mean over the cycles (cycle null)."""
    rows: list[dict[str, Any]] = []
    kinds = list(dict.fromkeys(zip(told["model"].to_pylist(), told["past"].to_pylist(), strict=True)))
    for model, past in kinds:
        own = told.filter(pc.and_(pc.equal(told["model"], model), pc.equal(told["past"], past)))
        by_cycle = []
        for cycle in dict.fromkeys(own["cycle"].to_pylist()):
            part = own.filter(pc.equal(own["cycle"], cycle))
            value, mean, low, high = (part[name].to_numpy() for name in ("value", "mean", "low", "high"))
            scores = told_scores(value, mean, low, high, picked, resampling)
            by_cycle.append({"model": model, "past": past, "cycle": cycle, "strains": part.num_rows, **scores})
        rows += [*by_cycle, {"model": model, "past": past, "cycle": None, **_means(by_cycle)}]
    return rows


def _means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over cycles; covered counts every strain once."""
    strains = sum(row["strains"] for row in rows)
    found: dict[str, Any] = {"strains": strains}
    for name in ("r", "picked", "rmse"):
        values = [row[name] for row in rows]
        found[name] = None if None in values else float(np.mean(values))
    found["covered"] = sum(row["covered"] * row["strains"] for row in rows) / strains
    return found


def limits(strains: Strains, features: GeneFeatures, cycles: list[int], picked: int) -> list[dict[str, Any]]:
    """What could be reached by cycle: the best strains, r under the noise of replicates alone, and r of each strain
    told from all others, those of its own and of later cycles among them.
    """
    rows = []
    known = strains.take(in_play(strains, int(strains.cycles.max()) + 1))
    model = SetModel()
    model.learn(known.measured, features, known.cycles)
    others = known.measured.values - left_out_errors(model)
    for cycle in cycles:
        chosen = (strains.cycles == cycle) & (strains.measured.strains.counts > 0)
        values, errors = strains.measured.values[chosen], strains.measured.errors[chosen]
        noise = float(np.mean(errors**2))
        own = (known.cycles == cycle) & (known.measured.strains.counts > 0)
        rows.append(
            {
                "cycle": cycle, "mean": float(values.mean()), "deviation": float(values.std(ddof=1)),
                "best": float(values.max()), "best_picked": float(np.sort(values)[::-1][:picked].mean()),
                "r_of_replicates": float(np.sqrt(max(0.0, 1 - noise / values.var(ddof=1)))),
                "r_of_all_others": float(pearson(others[own], known.measured.values[own])),
            }
        )  # fmt: skip
    return rows


def rebuilt(strains: Strains) -> list[dict[str, Any]]:
    """Sets with a knock-out that were built in several cycles after the first: what a build and a cycle change."""
    measured = strains.measured
    genes = measured.strains.genes
    by_set: dict[str, list[tuple[int, float]]] = {}
    for row, own in enumerate(np.split(measured.strains.indices, measured.strains.indptr[1:-1])):
        if len(own) and strains.cycles[row] > strains.cycles.min():
            name = "+".join(genes[gene] for gene in own)
            by_set.setdefault(name, []).append((int(strains.cycles[row]), float(measured.values[row])))
    return [
        {"strain": name, "cycles": [cycle for cycle, _ in found], "values": [value for _, value in found]}
        for name, found in sorted(by_set.items())
        if len(found) > 1
    ]


def laboratory_runs(section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a strategy, laboratory and cycle: the best strain so far, short of the planted optimum."""
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


def laboratory_rows(runs: list[dict[str, Any]], resampling: Resampling) -> list[dict[str, Any]]:
    """Means over laboratories by strategy and cycle; intervals draw laboratories."""
    table = pa.Table.from_pylist(runs)
    rows = []
    for strategy in dict.fromkeys(table["strategy"].to_pylist()):
        own = table.filter(pc.equal(table["strategy"], strategy))
        for cycle in sorted(set(own["cycle"].to_pylist())):
            part = own.filter(pc.equal(own["cycle"], cycle))
            short = part["short"].to_numpy()
            low, high = _drawn_mean(short, resampling)
            first = part["first"].to_numpy(zero_copy_only=False).astype(np.float64)
            first_low, first_high = _drawn_mean(first, resampling)
            rows.append(
                {
                    "strategy": strategy, "cycle": cycle, "strains": part["strains"][0].as_py(),
                    "short": float(short.mean()), "short_low": low, "short_high": high,
                    "first": float(first.mean()), "first_low": first_low, "first_high": first_high,
                    "laboratories": part.num_rows, "built": float(pc.mean(part["built"]).as_py()),
                    "grew": float(pc.mean(part["grew"]).as_py()),
                }
            )  # fmt: skip
    return rows


def _drawn_mean(values: Values, resampling: Resampling) -> tuple[float | None, float | None]:
    random = np.random.default_rng(resampling.seed)
    drawn = random.integers(len(values), size=(resampling.replicates, len(values)))
    return interval(values[drawn].mean(axis=1), resampling.confidence)


def figure_rows(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of the plot of told cycles: r, the picked strains' mean and coverage, by model."""
    return pa.Table.from_pylist(
        [
            {
                "panel": title, "model": _WORDS[row["model"]],
                "cycle": str(row["cycle"]), "score": row[name], "score_low": row[f"{name}_low"],
                "score_high": row[f"{name}_high"],
            }
            for name, title in _PANELS.items()
            for row in rows
            if row["model"] in _DRAWN and row["past"] == "play" and row["cycle"] is not None and row[name] is not None
        ]
    )  # fmt: skip


def laboratory_figure(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of the plot of the laboratory: how far the best strain so far falls short, by strains built."""
    return pa.Table.from_pylist(
        [
            {
                "strategy": _WORDS.get(row["strategy"], row["strategy"]), "strains": row["strains"],
                "short": row["short"], "short_low": row["short_low"], "short_high": row["short_high"],
            }
            for row in rows
            if row["strategy"] in _DRAWN_STRATEGIES
        ]
    )  # fmt: skip


def main(params: Params) -> None:
    """Write data/predictions/design_cycles.parquet, metrics/design/cycles.json and the plots."""
    section, laboratory = params["design.cycles"], params["design.laboratory"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    strains, counts = read_strains()
    cycles = [int(cycle) for cycle in np.unique(strains.cycles) if cycle >= section["first"]]
    asked = [(model, "play") for model in section["models"]]
    asked += [each for each in _ABLATIONS if each[0] in section["models"]]
    features = loci_features(strains.measured.strains.genes)
    told = tell(strains, features, asked, cycles, section["level"], section["seed"])
    rows = told_rows(told, section["picked"], resampling)
    planted = laboratory_rows(laboratory_runs(laboratory), resampling)
    write_parquet(paths.CYCLES, told)
    found = {
        "data": {**counts, "variation_of_replicates": strains.coefficient, "rebuilt": rebuilt(strains)},
        "limits": limits(strains, features, cycles, section["picked"]), "told": rows, "laboratory": planted,
    }  # fmt: skip
    write_json(paths.METRICS / "cycles.json", significant(found))
    write_figure("design_cycles", figure_rows(significant(rows)), name="cycles", folder=paths.PLOTS)
    write_figure("design_laboratory", laboratory_figure(significant(planted)), name="laboratory", folder=paths.PLOTS)
    best = next((row for row in rows if row["model"] == "sets" and row["cycle"] is None), rows[-1])
    said = f"r {best['r'] or 0:.3f}, picked {best['picked']:.0f}, covered {best['covered']:.3f}"
    console.print(f"design_cycles: {best['model']} {said}")


if __name__ == "__main__":
    run_stage(main, PARAMS)
