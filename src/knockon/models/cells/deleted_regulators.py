"""Deleted regulators: how high each ranks among all, by the change that its deletion made."""

from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.responses import mean_score
from knockon.evaluation.units import Units
from knockon.models.cells.measured import read_responses
from knockon.models.cells.regulator_moves import moves_of, ranks
from knockon.models.cells.regulators import activities, regulons_of
from knockon.models.cells.regulon_model import RegulonModel

TOP = 0.05


def deleted_ranks(store: ExpressionStore, edges: pa.Table, knockouts: pa.Table, least: int) -> pa.Table:
    """Rank of the deleted regulator among all, as a share of them, by method, for every deletion of one regulator.

    Nothing is fitted on the deletion's study. The deleted gene's own transcript is taken out of the change: it would be
    a free hit.
    """
    found, names = read_responses(store, knockouts)
    regulons = regulons_of(edges, store.genes["gene"].to_pylist(), least)
    row_of = {int(place): row for row, place in enumerate(regulons.own) if place >= 0}
    samples = np.nan_to_num(np.asarray(store.values, dtype=np.float64))
    studies = np.unique(np.asarray(store.samples["study"].to_pylist(), dtype=str), return_inverse=True)
    rows: list[dict[str, Any]] = []
    for study in sorted(set(found.studies)):
        mine = [row for row, each in enumerate(found.studies) if each == study and len(found.knocked[row]) == 1]
        mine = [row for row in mine if found.knocked[row][0] in row_of]
        if not mine:
            continue
        kept = studies[0][studies[1]] != study
        model = RegulonModel(regulons)
        model.fit(samples[kept], studies[1][kept])
        changes = found.changes[mine].astype(np.float64)
        changes[np.arange(len(mine)), [found.knocked[row][0] for row in mine]] = 0.0
        told = moves_of(model, changes, np.zeros((1, changes.shape[1]))).scores
        scaled = changes / model.spread
        scores = {"moves": told, "moves_untrusted": told / model.trust} | {
            name: activities(name, scaled, regulons) for name in ("ulm", "viper")
        }
        for name, each in scores.items():
            # A deletion lowers the activity: the lowest comes first.
            places = ranks(-each) / each.shape[1]
            rows += [
                {"method": name, "knockout": names[row], "study": study, "regulators": each.shape[1],
                 "rank": float(places[number, row_of[found.knocked[row][0]]])}
                for number, row in enumerate(mine)
            ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def deletion_scores(table: pa.Table, resampling: Resampling) -> dict[str, Any]:
    """Median rank and share within TOP of every method, with intervals that draw studies."""
    scores: dict[str, Any] = {}
    for name in dict.fromkeys(table["method"].to_pylist()):
        rows = [row for row in table.to_pylist() if row["method"] == name]
        values, studies = np.array([row["rank"] for row in rows]), [row["study"] for row in rows]
        low, high = _median_interval(values, studies, resampling)
        scores |= {
            f"deleted_{name}": float(np.median(values)),
            f"deleted_{name}_low": low,
            f"deleted_{name}_high": high,
        }
        share, low, high = mean_score((values <= TOP).astype(float).tolist(), studies, resampling)
        scores |= {f"deleted_top_{name}": share, f"deleted_top_{name}_low": low, f"deleted_top_{name}_high": high}
    return scores | {"deletions": len(rows), "deleted_among": rows[0]["regulators"]}


def _median_interval(values: Values, studies: list[str], resampling: Resampling) -> tuple[float | None, float | None]:
    order = np.argsort(values, kind="stable")
    units = Units.groups("study", np.asarray(studies, dtype=str))
    medians = []
    for weights in resampled_weights(len(values), units, resampling):
        sums = np.cumsum(weights[:, order], axis=1)
        medians.append(values[order][(sums < sums[:, -1:] / 2).sum(axis=1)])
    return interval(np.concatenate(medians), resampling.confidence)
