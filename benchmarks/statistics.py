"""Simulated files beside the public ones: distribution of ε, fitness and reported SD, and reciprocal correlation.

    KNOCKON_MIRROR=/path/to/files python -m benchmarks.statistics [--out docs/figures/simulated_vs_public.csv]

Draws one plot; tests/sources/simulate/test_statistics.py holds the same comparisons to stated tolerances.
"""

import argparse
import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.evaluation.render import render
from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.screens import make_screens, write_screens
from knockon.sources.simulate.strain_files import write_strains
from knockon.sources.simulate.world import make_world
from knockon.sources.yeast.sga_matrix import read_sga_matrix
from knockon.sources.yeast.sga_pairs import read_sga_pairs
from knockon.sources.yeast.smf import read_smf
from tests.sources.simulate.test_statistics import _both_directions, _matrix

ROOT = Path(__file__).resolve().parents[1]
_PROBABILITIES = np.concatenate([[0.001, 0.002, 0.005], np.linspace(0.01, 0.99, 50), [0.995, 0.998, 0.999]])
_LIMITS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3)
Row = tuple[str, str, float, float]


def main() -> None:
    """Read both, write the table, draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/figures/simulated_vs_public.csv")
    arguments = parser.parse_args()
    yeast = Path(os.environ["KNOCKON_MIRROR"]) / "yeast"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = make_world(SimulationSettings(genes=3000, pairs=500_000))
        screens = [screen for screen in make_screens(world) if screen.file == "SGA_NxN.txt"]
        write_screens(folder, folder / "truth", world, screens)
        write_strains(folder / "smf", world)
        matrices = {"public": _public_matrix(yeast), "simulated": read_sga_pairs(folder / "SGA_NxN.txt").table}
        standards = {"public": yeast / "smf", "simulated": folder / "smf"}
        rows = [row for series, table in matrices.items() for row in _interactions(series, table)]
        rows += [row for series, where in standards.items() for row in _standards(series, where)]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("panel", "series", "x", "y"))
        writer.writerows((panel, series, f"{x:.6g}", f"{y:.6g}") for panel, series, x, y in rows)
    render(ROOT / "benchmarks/plots/simulated_vs_public.json", arguments.out, arguments.out.with_suffix(".svg"))


def _public_matrix(yeast: Path) -> pa.Table:
    names = {key: yeast / f"digenic/costanzo2016_metabolic_{short}.csv" for key, short in _LISTS.items()}
    return read_sga_matrix(yeast / "digenic/costanzo2016_metabolic_eps_matrix.xlsx", **names).table


_LISTS = {"rows": "rows", "columns": "cols"}


def _interactions(series: str, table: pa.Table) -> Iterator[Row]:
    matrix, rows, columns = _matrix(table)
    yield from _quantiles("quantiles of ε", series, matrix[~np.isnan(matrix)])
    one, other = _both_directions(matrix, rows, columns)
    for limit in _LIMITS:
        strong = np.abs(one) > limit
        yield (
            "correlation of A×B with B×A, by least |ε|",
            series,
            limit,
            float(np.corrcoef(one[strong], other[strong])[0, 1]),
        )


def _standards(series: str, folder: Path) -> Iterator[Row]:
    table = read_smf(folder / "smf_t26_150803.txt").table
    for kind, name in (("deletion", "deletions"), ("ts", "ts alleles")):
        chosen = table.filter(pc.equal(table["kind_a"], kind))
        yield from _quantiles(f"quantiles of fitness, {name}, 26 °C", series, chosen["value"].to_numpy())
    yield from _quantiles(
        "quantiles of the reported SD, 26 °C", series, table["standard_deviation"].drop_null().to_numpy()
    )


def _quantiles(panel: str, series: str, values: NDArray[np.float64]) -> Iterator[Row]:
    for share, value in zip(_PROBABILITIES, np.quantile(values, _PROBABILITIES), strict=True):
        yield panel, series, float(share), float(value)


if __name__ == "__main__":
    main()
