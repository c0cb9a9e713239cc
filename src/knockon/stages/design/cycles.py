"""design_cycles: each cycle of design and test told from those before; a planted laboratory, strategy by strategy."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.atomic import write_json, write_parquet
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.laboratory_scores import laboratory_rows
from knockon.evaluation.told_cycles import told_rows
from knockon.models.designs.planted_runs import laboratory_runs
from knockon.models.designs.sets.limits import limits, rebuilt
from knockon.models.designs.sets.strains import Strains, loci_features, strains_of
from knockon.models.designs.sets.telling import tell
from knockon.progress import console
from knockon.sources.design.cycles import read_isoprenol_cycles, read_isoprenol_screen
from knockon.stages.design import paths
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage

READS = (paths.CYCLES_SCREEN, paths.CYCLES_RAW, *templates("design_cycles", "design_laboratory"))
PARAMS = ("design.cycles", "design.laboratory")

_PANELS = {"r": "Pearson r", "picked": "mean of the picked strains, mg/L", "covered": "share inside the 90 % interval"}
_WORDS = {
    "sets": "sets", "sets_additive": "sets, no pairs", "sets_no_operons": "sets, no operons",
    "sets_scaled": "sets, scale learnt", "sets_normal": "sets, normal noise",
    "ridge_pairs": "ridge with pairs", "ridge": "ridge", "mean": "mean",
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
