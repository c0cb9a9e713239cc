"""The concordance index in n log n steps beside the quadratic one.

    python -m benchmarks.concordance [--rows 20000 200000]

The quadratic one compares every pair of rows, a row against all others at a time in NumPy.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from knockon.evaluation.concordance import concordance_index

Values = NDArray[np.float64]


def quadratic(values: Values, predicted: Values) -> float:
    """The index by its definition."""
    above = total = 0.0
    for value, guess in zip(values, predicted, strict=True):
        lower = values < value
        total += lower.sum()
        above += (predicted[lower] < guess).sum() + 0.5 * (predicted[lower] == guess).sum()
    return above / total


def seconds(index: Callable[[Values, Values], float], values: Values, predicted: Values) -> tuple[float, float]:
    """What an index is, and how long it takes."""
    started = time.perf_counter()
    found = index(values, predicted)
    return found, time.perf_counter() - started


def main() -> None:
    """Print a line a size; the two indices must agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    for rows in parser.parse_args().rows:
        random = np.random.default_rng(0)
        values = random.normal(size=rows).round(2)
        predicted = (values + random.normal(size=rows)).round(3)
        (fast, short), (slow, long) = (seconds(index, values, predicted) for index in (concordance_index, quadratic))
        assert abs(fast - slow) < 1e-12, (fast, slow)
        print(f"{rows} rows: {short:.3f} s, quadratic {long:.1f} s, ratio {long / short:.0f}")


if __name__ == "__main__":
    main()
