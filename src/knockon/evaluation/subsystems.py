"""The data behind the plots of subsystems: which explain the predictions, and which a strain moves."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from knockon.evaluation.evaluate import significant

_TERM = [pa.field("panel", pa.string()), pa.field("term", pa.string()), pa.field("name", pa.string())]

SUBSYSTEM_PLOTS: dict[str, pa.Schema] = {
    "subsystems": pa.schema([*_TERM, *(pa.field(name, pa.float64()) for name in ("genes", "own", "below", "rlipp"))]),
    "subsystem_shifts": pa.schema([*_TERM, pa.field("shift", pa.float64())]),
}
"""Columns of each plot, by the name of its template in this folder; terms as `dcell.tables.named` gives them."""


def ranking_plot(ranking: pa.Table, panel: str, most: int = 20) -> pa.Table:
    """The first subsystems of a ranking (named, RLIPP_SCHEMA) that have a ratio; without rows where none has."""
    shown = ranking.filter(pc.is_valid(ranking["rlipp"])).slice(0, most)
    return _plot("subsystems", shown, [panel] * shown.num_rows)


def shift_plot(shifts: pa.Table, panels: Sequence[str], most: int = 10) -> pa.Table:
    """For each strain (a panel each) the subsystems that it moves most, from `subsystem_shifts`, named."""
    parts = [shifts.filter(pc.equal(shifts["strain"], strain)).slice(0, most) for strain in range(len(panels))]
    headings = [panel for panel, part in zip(panels, parts, strict=True) for _ in range(part.num_rows)]
    return _plot("subsystem_shifts", pa.concat_tables(parts), headings)


def _plot(name: str, rows: pa.Table, panels: list[str]) -> pa.Table:
    schema = SUBSYSTEM_PLOTS[name]
    columns = rows.select([column for column in schema.names if column != "panel"]).to_pylist()
    cleaned = [significant({"panel": panel, **row}) for panel, row in zip(panels, columns, strict=True)]
    return pa.Table.from_pylist(cleaned, schema=schema)
