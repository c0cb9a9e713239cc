"""What `knockon cells` draws: samples on two components, the changes of a knock-out, ranks of regulators."""

from collections import Counter
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Values

MOST_GROUPS = 7
# A letter, and a line of letters, as shares of the plot's width and height.
_LETTER, _LINE = 0.014, 0.03


def draw(template: str, rows: pa.Table, out: Path, file: str) -> None:
    """Draw rows by a template of the package into `out`/<file>.csv and .svg."""
    from knockon.evaluation.plots import write_plot
    from knockon.evaluation.render import render

    data = out / f"{file}.csv"
    write_plot(data, rows)
    with resources.as_file(resources.files("knockon.evaluation").joinpath(template)) as file_of_template:
        render(file_of_template, data, data.with_suffix(".svg"))


def draw_map(out: Path, samples: Sequence[str], groups: Sequence[str], places: Values) -> None:
    """Samples by their first two coordinates, float64 (samples, width), coloured by group."""
    second = places[:, 1] if places.shape[1] > 1 else np.zeros(len(places))
    rows = {"sample": list(samples), "group": shown_groups(groups), "first": places[:, 0], "second": second}
    draw("cells_map.json", pa.table(rows), out, "latent")


def shown_groups(groups: Sequence[str]) -> list[str]:
    """Groups that the theme's seven colours tell apart: the largest by name where there are more, none where each is
    a sample.
    """
    counts = Counter(groups)
    if len(counts) <= MOST_GROUPS:
        return list(groups)
    if max(counts.values()) == 1:
        return ["samples"] * len(groups)
    kept = {name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[: MOST_GROUPS - 1]}
    return [name if name in kept else "other groups" for name in groups]


def spaced_labels(names: Sequence[str], x: Values, y: Values, first: Sequence[int]) -> list[str]:
    """A name for each point of `first`, in that order, that covers none before it; "" for all others.

    x, y: float64 (points,), drawn over the whole width and height.
    """
    labels = [""] * len(names)
    boxes: list[tuple[float, float, float]] = []
    across, up = (values / max(float(np.ptp(values)), 1e-12) for values in (x, y))
    for place in first:
        left, right, height = across[place], across[place] + _LETTER * (len(names[place]) + 1), up[place]
        if all(right < low or left > high or abs(height - other) > _LINE for low, high, other in boxes):
            boxes.append((left, right, height))
            labels[place] = names[place]
    return labels
