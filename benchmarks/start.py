"""Processor seconds of whole processes: what it costs to start a command, beside another checkout of knockon.

    python -m benchmarks.start [--beside FOLDER] [--demo FOLDER --demo-beside FOLDER] [--runs 5]

beside: a checkout of 78d34e6, whose command line is `main` of knockon.cli. demo, demo-beside: folders in which the
demo of each has run, for `predict` and DVC. Runs of both alternate; the median is told. To measure without compiled
files, set PYTHONDONTWRITEBYTECODE=1 and use an environment that has just been installed; with them, call it twice.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HELPS = ("--help", "sources --help", "graph --help", "predict --help", "predict yeast --help", "dcell train --help")


@dataclass(frozen=True)
class Checkout:
    """One version of knockon. module: where `main` is, its command line. demo: where its demo has run, if it has."""

    folder: Path
    module: str
    demo: Path | None

    def command(self, words: str) -> list[str]:
        """The command line of `knockon` with these words."""
        return [sys.executable, "-c", f"from {self.module} import main; main()", *words.split()]


def processor_seconds(command: list[str], checkout: Checkout, folder: Path) -> float:
    """User and system time of a process and of all that it starts, s."""
    environment = {**os.environ, "PYTHONPATH": str(checkout.folder / "src"), "PYTHONHASHSEED": "0"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    where = folder if checkout.demo is None else checkout.demo
    subprocess.run(
        command, cwd=where, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cases(checkout: Checkout, file: Path) -> dict[str, list[str]]:
    """What is measured, by name."""
    found = {f"knockon {words}": checkout.command(words) for words in HELPS}
    found["knockon sources formats"] = checkout.command("sources formats")
    found["knockon sources read, a small file"] = checkout.command(f"sources read gene_list {file}")
    found["import torch"] = [sys.executable, "-c", "import torch"]
    found["import knockon.stages.yeast.train"] = [sys.executable, "-c", "import knockon.stages.yeast.train"]
    if checkout.demo is not None:
        found["knockon predict yeast, two genes"] = checkout.command(
            "predict yeast --knockout YAL001C --knockout YAL002W"
        )
        found["dvc status"] = [sys.executable, "-m", "dvc", "status"]
        found["dvc repro, nothing to do"] = [sys.executable, "-m", "dvc", "repro"]
    return found


def measure(checkouts: list[Checkout], runs: int) -> None:
    """Print a line a case: the median of each checkout, and the ratio of the first to the second."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "genes.txt"
        file.write_text("YAL001C\nYAL002W\n")
        tables = [cases(checkout, file) for checkout in checkouts]
        for case in tables[0]:
            seconds: list[list[float]] = [[] for _ in checkouts]
            for _ in range(runs):
                for number, checkout in enumerate(checkouts):
                    seconds[number].append(processor_seconds(tables[number][case], checkout, folder))
            medians = [statistics.median(each) for each in seconds]
            ratio = f"   1/{medians[1] / medians[0]:.1f}" if len(medians) > 1 else ""
            print(f"{case:42}" + "".join(f"{median:9.2f} s" for median in medians) + ratio, flush=True)


def main() -> None:
    """Measure this checkout, and the other where there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--demo-beside", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    checkouts = [Checkout(ROOT, "knockon.commands.main", arguments.demo)]
    if arguments.beside is not None:
        other = None if arguments.demo_beside is None else arguments.demo_beside.resolve()
        checkouts.append(Checkout(arguments.beside.resolve(), "knockon.cli", other))
    measure(checkouts, arguments.runs)


if __name__ == "__main__":
    main()
