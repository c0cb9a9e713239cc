"""How cost grows: the data stages on simulated pairs, each step in a process of its own.

    python -m benchmarks.scale [--sizes 10000,100000,1000000] [--genes 5500] [--out docs/figures/scale.csv]

Steps: raw files → dump → embedded index → query → deduplicated key-value store; they are the stages themselves, run in
a temporary folder. Seconds are wall-clock and processor time; memory is the peak of the step's largest process.
Sizes that a --out file has already are kept and drawn with the new ones.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from knockon.commands.demo import merged
from knockon.evaluation.render import render

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "benchmarks/plots/scale.json"
COLUMNS = ("pairs", "step", "seconds", "processor_seconds", "peak_mb", "output_mb", "load")

_INDEX = (
    "from knockon.graph.embedded import EmbeddedStore; from pathlib import Path; "
    "EmbeddedStore(memory_bytes=2 << 30, threads={threads}).load(Path('data/graph/yeast'))"
)
_STAGE = "knockon.stages.yeast."
STEPS: dict[str, tuple[list[str], str]] = {
    "simulate": (["-m", _STAGE + "sources"], "data/raw/yeast"),
    "dump": (["-m", _STAGE + "graph"], "data/graph/yeast"),
    "index": (["-c", _INDEX.format(threads=0)], "data/graph/.index"),
    "query": (["-m", _STAGE + "query"], "data/datasets/yeast/records"),
    "store": (["-m", _STAGE + "dataset"], "data/datasets/yeast/store"),
}


def main() -> None:
    """Measure the sizes that are asked for, write the table, draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--genes", type=int, default=5_500)
    parser.add_argument("--folder", type=Path, help="where to work; needs about 150 bytes a pair and step")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/figures/scale.csv")
    arguments = parser.parse_args()
    for size in map(int, arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
            prepare(Path(name), size, arguments.genes)
            rows = [measure(Path(name), step, size) for step in STEPS]
        keep(arguments.out, size, rows)
    rows = table(arguments.out)
    print_table(rows)
    render(TEMPLATE, arguments.out, arguments.out.with_suffix(".svg"))


def prepare(folder: Path, pairs: int, genes: int) -> None:
    """A folder in which the stages run on simulated data."""
    for name in ("configs", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params = merged(params, yaml.safe_load((ROOT / "configs/demo.yaml").read_text()))
    params = merged(params, {"yeast": {"simulate": {"pairs": pairs, "genes": genes}}})
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    (folder / "data/own").mkdir(parents=True)
    (folder / "data/datasets/yeast").mkdir(parents=True)


def measure(folder: Path, step: str, pairs: int) -> dict[str, Any]:
    """Run one step in a process of its own and read what the kernel counted for it."""
    command, output = STEPS[step]
    load = os.getloadavg()[0]
    begin = time.monotonic()
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    child = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{step} at {pairs:,} pairs ended with {child.returncode}")
    row = {
        "pairs": pairs,
        "step": step,
        "seconds": round(time.monotonic() - begin, 2),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "output_mb": round(sum(path.stat().st_size for path in (folder / output).rglob("*")) / 1e6, 1),
        "load": round(load, 1),
    }
    print(row, file=sys.stderr, flush=True)
    return row


def table(path: Path) -> list[dict[str, str]]:
    """The rows that were measured so far."""
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def keep(path: Path, size: int, rows: list[dict[str, Any]]) -> None:
    """Put the rows of one size in the place of older ones."""
    others = [row for row in table(path) if int(row["pairs"]) != size]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*others, *rows], key=lambda row: int(row["pairs"])))


def print_table(rows: list[dict[str, str]]) -> None:
    """Print a row a size and step, and the sum of a size without the simulator."""
    print("| pairs | step | seconds | processor seconds | peak MB | output MB |")
    print("|---|---|---|---|---|---|")
    for size in sorted({int(row["pairs"]) for row in rows}):
        chosen = [row for row in rows if int(row["pairs"]) == size]
        for row in chosen:
            print(f"| {size:,} | {' | '.join(row[name] for name in COLUMNS[1:6])} |")
        work = [row for row in chosen if row["step"] != "simulate"]
        sums = [f"{sum(float(row[name]) for row in work):.1f}" for name in ("seconds", "processor_seconds")]
        print(f"| {size:,} | **files → store** | {' | '.join(sums)} | {max(int(row['peak_mb']) for row in work)} | |")


if __name__ == "__main__":
    main()
