"""The results of a clone, read from its metrics: for the terminal after a run, and for the report."""

import json
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError
from knockon.evaluation.table import Result, print_results
from knockon.progress import console

REPORT = Path("reports/index.html")


def read_metrics(root: Path, name: str) -> dict[str, Any]:
    """One metrics file, by its name below metrics/. Raises KnockonError where it is absent."""
    path = root / "metrics" / name
    try:
        metrics: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise KnockonError(f"{path} is missing: run dvc repro, or dvc pull, first") from error
    return metrics


def yeast_results(root: Path) -> list[Result]:
    """The yeast study's experiment, then the best of its benchmark for every model and size."""
    evaluated = read_metrics(root, "yeast/evaluate.json")
    return [Result.of("yeast", evaluated["split"], evaluated)]


def show_results(root: Path) -> None:
    """Print the results table, and where the report and the plots lie."""
    print_results(yeast_results(root))
    console.print(f"report   {root / REPORT}")
    console.print(f"plots    {root / 'plots'}  (or: dvc plots show)")
    console.print(f"metrics  {root / 'metrics'}  (or: dvc metrics show)")
