"""One row of a source changes: which files of each artifact change, in bytes, and how long the data stages take.

    python -m benchmarks.change [--pairs 1000000]

DVC versions folders file by file, so the bytes of changed files are what it stores and sends again.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path

from benchmarks.scale import measure, prepare

ARTIFACTS = {
    "raw files": "data/raw/yeast",
    "graph dump": "data/graph/yeast",
    "records": "data/datasets/yeast/records",
    "profiles": "data/datasets/yeast/profiles",
    "key-value store": "data/datasets/yeast/store",
}
_SOURCE = "data/raw/yeast/digenic/SGA_NxN.txt"


def main() -> None:
    """Run the stages, change a row, run them again, and print what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--genes", type=int, default=5_500)
    arguments = parser.parse_args()
    steps = ("dump", "query", "store")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, arguments.pairs, arguments.genes)
        for step in ("simulate", *steps):
            measure(folder, step, arguments.pairs)
        before = {artifact: hashes(folder / path) for artifact, path in ARTIFACTS.items()}
        change_a_row(folder / _SOURCE)
        again = [measure(folder, step, arguments.pairs) for step in steps]
        print("| artifact | files | bytes | changed files | changed bytes | share |\n|---|---|---|---|---|---|")
        for artifact, path in ARTIFACTS.items():
            print_row(artifact, folder / path, before[artifact])
    sums = [sum(float(row[key]) for row in again) for key in ("seconds", "processor_seconds")]
    print(f"\nthe data stages again: {sums[0]:.0f} s, {sums[1]:.0f} s of processor time")


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def change_a_row(path: Path) -> None:
    """Change the score of the row in the middle, as a correction by the source would."""
    lines = path.read_bytes().split(b"\n")
    row = len(lines) // 2
    cells = lines[row].split(b"\t")
    cells[5] = b"0.1234" if cells[5] != b"0.1234" else b"0.1235"
    path.write_bytes(b"\n".join([*lines[:row], b"\t".join(cells), *lines[row + 1 :]]))


def print_row(artifact: str, folder: Path, before: dict[str, str]) -> None:
    """Print how many files and bytes of an artifact are other ones now."""
    now = hashes(folder)
    sizes = {name: (folder / name).stat().st_size for name in now}
    changed = [name for name in now if before.get(name) != now[name]]
    total, other = sum(sizes.values()), sum(sizes[name] for name in changed)
    print(f"| {artifact} | {len(now)} | {total:,} | {len(changed)} | {other:,} | {other / total:.1%} |", flush=True)


if __name__ == "__main__":
    main()
