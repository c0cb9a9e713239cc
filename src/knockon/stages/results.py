"""The results of a clone, read from its metrics: for the terminal after a run, and for the report."""

import json
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError
from knockon.evaluation.table import Result, number, print_results, print_rows, with_interval
from knockon.progress import console
from knockon.stages.yeast.baseline_names import SHOWN

REPORT = Path("reports/index.html")

JOINT_COLUMNS = ("phenotype", "genes", "alone r ± seeds", "joint r ± seeds", "gain [95 %]", "test strains")

GFP_COLUMNS = ("model", "split", "test MSE [95 %]", "noise", "Spearman ρ [95 %]", "validation MSE", "test rows")


def read_metrics(root: Path, name: str) -> dict[str, Any]:
    """One metrics file, by its name below metrics/. Raises KnockonError where it is absent."""
    path = root / "metrics" / name
    try:
        metrics: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise KnockonError(f"{path} is missing: run dvc repro, or dvc pull, first") from error
    return metrics


def yeast_results(root: Path) -> list[Result]:
    """The result of the yeast study's experiment, alone."""
    evaluated = read_metrics(root, "yeast/evaluate.json")
    return [Result.of("yeast", evaluated["split"], evaluated, SHOWN)]


def gfp_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of GFP_COLUMNS for every model and split, the least test error on the imbalanced split first."""
    metrics = read_metrics(root, "gfp/evaluate.json")
    splits = [name for name in next(iter(metrics.values())) if name != "representations"]
    return tuple(_gfp_row(name, split, found[split]) for split in splits for name, found in metrics.items())


def joint_metrics(root: Path) -> dict[str, Any] | None:
    """Metrics of the joint phenotypes; None where that stage has not run."""
    return read_metrics(root, "yeast/joint.json") if (root / "metrics/yeast/joint.json").is_file() else None


def joint_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of JOINT_COLUMNS for every head and number of genes seen, and one for every head without labels."""
    metrics = joint_metrics(root)
    if metrics is None:
        return ()
    rows = [
        _joint_row(name, seen, group) for name, head in metrics["heads"].items() for seen, group in head["seen"].items()
    ]
    return (*rows, *((name, "absent", "–", "–", "–", "–") for name in metrics["absent"]))


def _joint_row(name: str, seen: str, group: dict[str, Any]) -> tuple[str, ...]:
    arms = [f"{number(group[arm]['pearson'])} ± {number(group[arm]['pearson_sd'])}" for arm in ("alone", "joint")]
    gain = group["gain"]
    return (
        name,
        "all" if seen == "all" else f"{seen} seen",
        *arms,
        with_interval(gain["pearson"], gain["pearson_low"], gain["pearson_high"]),
        f"{group['n_test']:,}",
    )


def _gfp_row(name: str, split: str, found: dict[str, Any]) -> tuple[str, ...]:
    return (
        name.replace("_", " "),
        split,
        with_interval(found["mse"], found["mse_low"], found["mse_high"]),
        number(found["noise_mse"]),
        with_interval(found["spearman"], found["spearman_low"], found["spearman_high"]),
        number(found["validation"]["mse"]),
        f"{found['n']:,}",
    )


def show_results(root: Path) -> None:
    """Print the results of both studies, and where the report and the plots lie."""
    print_results(yeast_results(root))
    if rows := joint_rows(root):
        print_rows("joint phenotypes of yeast", JOINT_COLUMNS, rows)
    print_rows("avGFP brightness", GFP_COLUMNS, gfp_rows(root))
    console.print(f"report   {root / REPORT}")
    console.print(f"plots    {root / 'plots'}  (or: dvc plots show)")
    console.print(f"metrics  {root / 'metrics'}  (or: dvc metrics show)")
