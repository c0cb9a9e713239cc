"""Every reader on many broken files; prints a table, and ends with 1 if any reader failed.

    python -m benchmarks.fuzz [--inputs 100000] [--formats smf,sga_pairs]

Spreadsheets take a tenth of a second each, since reading one starts a process: they get a fiftieth of a share.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.corpus import make_corpus
from tests.fuzz.harness import Reader, Tally, make_reader, timed
from tests.fuzz.mutations import BREAKS, Break, broken

_SPREADSHEETS = (".xls", ".xlsx")


def main() -> None:
    """Fuzz all formats and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--formats", default="")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = set(filter(None, arguments.formats.split(",")))
        readers = [make_reader(found, folder) for found in make_corpus(folder) if not chosen or found.format in chosen]
        shares = [0.02 if reader.seed.suffix in _SPREADSHEETS else 1.0 for reader in readers]
        each = arguments.inputs / sum(shares)
        tallies = [
            fuzz(reader, int(each * share) + 1, arguments.seed) for reader, share in zip(readers, shares, strict=True)
        ]
    report(tallies, time.monotonic() - begin)
    sys.exit(any(tally.failures for tally in tallies))


def fuzz(reader: Reader, count: int, number: int) -> Tally:
    """Give a reader `count` broken files; failures are collected, not raised."""
    tally = Tally(reader.seed.format)

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(number)
    @given(breaks=BREAKS)
    def check(breaks: list[Break]) -> None:
        timed(reader, broken(reader.seed.data, breaks), tally)

    check()
    return tally


def report(tallies: list[Tally], seconds: float) -> None:
    """Print a row a format, the sum, and the distinct failures."""
    print("| format | inputs | read | of these with rejects | refused | slowest ms | failures |")
    print("|---|---|---|---|---|---|---|")
    for tally in tallies:
        print(_row(f"`{tally.format}`", [tally]))
    print(_row("all", tallies))
    print(f"\n{seconds:.0f} s")
    for tally in tallies:
        for failure, times in Counter(text[:160] for text in tally.failures).most_common(8):
            print(f"FAILED {tally.format} ({times} times): {failure}")


def _row(name: str, tallies: list[Tally]) -> str:
    counts = [sum(getattr(t, key) for t in tallies) for key in ("inputs", "read", "with_rejects", "refused")]
    slowest = f"{1000 * max(t.slowest for t in tallies):.0f}"
    cells = [name, *(f"{count:,}" for count in counts), slowest, str(sum(len(t.failures) for t in tallies))]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
