"""The two drawings of a design page, as Vega-Lite specifications that the page draws itself: no picture is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knockon.arrays import Integers, Values
from knockon.serving.design.designs import Design

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_SHOWN = 600
"""Points of the pool that are drawn: the best; more would be a cloud of one colour."""
_BLUE, _ORANGE, _GREY, _INK = "#0072b2", "#d55e00", "#b4bec8", "#323f4b"
_LONG = 22
"""Letters of a strain's name that fit beside a narrow drawing."""
_ROW = 24
"""Pixels a strain in the ranking."""


@dataclass(frozen=True)
class Cloud:
    """Strains that were looked at, float64 (strains,) each; front: rows that no other beats in both, by fitness."""

    mean: Values
    fitness: Values
    front: Integers


@dataclass(frozen=True)
class Marks:
    """Lines that help to read: the usual strain, the best measured one, the least fitness (None: not asked)."""

    usual: float
    best: float
    least: float | None


def _rows(designs: Sequence[Design]) -> list[dict[str, Any]]:
    return [
        {
            "rank": design.rank,
            "strain": design.strain,
            "predicted": _r(design.predicted),
            "low": _r(design.low),
            "high": _r(design.high),
            "fitness": _r(design.fitness),
            "fitness_low": _r(design.fitness_low),
            "fitness_high": _r(design.fitness_high),
            "viable": _r(design.viable),
        }
        for design in designs
    ]


def _r(value: float) -> float:
    """Five figures: enough for a point, and the same on every machine."""
    return float(f"{value:.5g}")


def _frame(height: int, rows: list[dict[str, Any]], layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": rows},
        "layer": layers,
    }


def _tooltip(unit: str) -> list[dict[str, Any]]:
    return [
        {"field": "rank", "title": "design"},
        {"field": "strain"},
        {"field": "predicted", "title": f"predicted ({unit})"},
        {"field": "low"},
        {"field": "high"},
        {"field": "fitness"},
        {"field": "viable", "title": "P(grows)"},
    ]


def pareto_chart(designs: Sequence[Design], cloud: Cloud, marks: Marks, phenotype: str, unit: str) -> dict[str, Any]:
    """Phenotype against fitness: the pool, its front, the batch."""
    order = np.sort(np.concatenate([cloud.front, np.arange(min(_SHOWN, len(cloud.mean)))]))
    shown = np.unique(order).tolist()
    axis = {"tickCount": 5, "labelSeparation": 8}
    x: dict[str, Any] = {
        "type": "quantitative", "title": "fitness, wild type = 1", "scale": {"zero": False}, "axis": axis,
    }  # fmt: skip
    y: dict[str, Any] = {"type": "quantitative", "title": f"{phenotype} ({unit})", "scale": {"zero": False}}
    pool = [{"f": _r(float(cloud.fitness[row])), "p": _r(float(cloud.mean[row]))} for row in shown]
    front = [{"f": _r(float(cloud.fitness[row])), "p": _r(float(cloud.mean[row]))} for row in cloud.front.tolist()]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": pool},
            "mark": {"type": "point", "size": 18, "color": _GREY, "opacity": 0.6},
            "encoding": {"x": {"field": "f", **x}, "y": {"field": "p", **y}},
        },
        {
            "data": {"values": front},
            "mark": {"type": "line", "interpolate": "step-before", "color": _ORANGE, "strokeWidth": 1.5},
            "encoding": {"x": {"field": "f", **x}, "y": {"field": "p", **y}, "order": {"field": "f"}},
        },
        {
            "mark": {"type": "rule", "color": _BLUE, "opacity": 0.45},
            "encoding": {"x": {"field": "fitness", **x}, "y": {"field": "low", **y}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "color": _BLUE, "cursor": "pointer"},
            "encoding": {"x": {"field": "fitness", **x}, "y": {"field": "predicted", **y}, "tooltip": _tooltip(unit)},
        },
        {
            "data": {"values": [{"p": _r(marks.best)}]},
            "mark": {"type": "rule", "strokeDash": [5, 4], "color": _INK},
            "encoding": {"y": {"field": "p", **y}},
        },
    ]
    if marks.least is not None:
        layers.append(
            {
                "data": {"values": [{"f": _r(marks.least)}]},
                "mark": {"type": "rule", "strokeDash": [2, 3], "color": _INK},
                "encoding": {"x": {"field": "f", **x}},
            }
        )
    return _frame(340, _rows(designs), layers)


def ranking_chart(designs: Sequence[Design], marks: Marks, phenotype: str, unit: str, maximise: bool) -> dict[str, Any]:
    """Every design with its interval, the best prediction first."""
    order = {"field": "predicted", "order": "descending" if maximise else "ascending", "op": "min"}
    # Three names side by side leave room for the drawing on a telephone if they are small.
    size = 13 if max(len(design.strain) for design in designs) <= _LONG else 10
    names = {"labelLimit": 300, "labelFontSize": size, "labelOverlap": False}
    y = {"field": "strain", "type": "nominal", "sort": order, "title": None, "axis": names}
    # Of a narrow drawing the title is wider than the axis: it ends where that does, and has a line for the unit.
    axis = {"titleAnchor": "end", "tickCount": 4, "labelSeparation": 6}
    x: dict[str, Any] = {"type": "quantitative", "title": [phenotype, unit], "scale": {"zero": False}, "axis": axis}
    lines = ((marks.usual, [2, 3]), (marks.best, [5, 4]))
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": _BLUE, "strokeWidth": 3, "opacity": 0.5},
            "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}, "tooltip": _tooltip(unit)},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "color": _BLUE, "cursor": "pointer"},
            "encoding": {"y": y, "x": {"field": "predicted", **x}, "tooltip": _tooltip(unit)},
        },
        *(
            {
                "data": {"values": [{"v": _r(value)}]},
                "mark": {"type": "rule", "strokeDash": dash, "color": _INK},
                "encoding": {"x": {"field": "v", **x}},
            }
            for value, dash in lines
        ),
    ]
    return _frame(_ROW * len(designs) + 10, _rows(designs), layers)
