"""Regulators where something is known of the truth: deleted ones, and breast cancers of two receptors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Mask, Values
from knockon.correlation import pearson
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.responses import mean_score
from knockon.evaluation.units import Units
from knockon.models.cells.cohort_events import events
from knockon.models.cells.regulator_moves import cohort_of, moves_of, ranks
from knockon.models.cells.regulator_pairs import find_pairs, joint_excess
from knockon.models.cells.regulators import activities, regulons_of
from knockon.models.cells.regulon_model import RegulonModel
from knockon.stages.cellstate.cohorts import Brca
from knockon.stages.cellstate.knockouts import read_responses

TOP = 0.05
FIRST = 10
_LUMINAL = ("ESR1", "FOXA1", "GATA3")
_AMPLICON = ("ERBB2", "GRB7", "STARD3", "PGAP3", "MIEN1")


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


class BrcaRegulators:
    """Regulators of breast cancers by comparison: patients against others."""

    def __init__(self, cohort: Brca, edges: pa.Table, section: Mapping[str, Any]) -> None:
        self.cohort, self.section = cohort, section
        regulons = regulons_of(edges, cohort.genes, section["least"])
        self.model = RegulonModel(regulons)
        self.model.fit(cohort.values)
        self.names = regulons.regulators
        er, her2 = (cohort.above(gene, section["levels"][gene]) for gene in ("ESR1", "ERBB2"))
        self.groups: dict[str, tuple[Mask, Mask]] = {
            "er_positive_against_negative": (er, ~er),
            "er_positive_against_her2": (er & ~her2, her2),
            "files": (cohort.file == 0, cohort.file == 1),
        }

    def luminal(self, resampling: Resampling) -> dict[str, Any]:
        """Share of patients with ESR1, FOXA1 or GATA3 among the FIRST, by comparison and method."""
        places = [self.names.index(name) for name in _LUMINAL]
        scores: dict[str, Any] = {
            "brca_patients": len(self.cohort.patients),
            "brca_patients_in_both": self.cohort.twice,
        }
        for title, (mine, others) in self.groups.items():
            scores |= {f"{title}_patients": int(mine.sum()), f"{title}_others": int(others.sum())}
            for method, each in self._scores(mine, others).items():
                found = ranks(each)[:, places]
                share, low, high = mean_score(
                    (found.min(axis=1) <= FIRST).astype(float).tolist(), self._patients(mine), resampling
                )
                scores |= {f"{title}_{method}": share, f"{title}_{method}_low": low, f"{title}_{method}_high": high}
                for number, name in enumerate(_LUMINAL):
                    scores[f"{title}_{method}_{name}"] = float((found[:, number] <= FIRST).mean())
        return scores

    def _patients(self, mine: Mask) -> list[str]:
        return [self.cohort.patients[row] for row in np.flatnonzero(mine)]

    def _scores(self, mine: Mask, others: Mask) -> dict[str, Values]:
        values, regulons = self.cohort.values, self.model.regulons
        found = moves_of(self.model, values[mine], values[others])
        scaled = (values[mine] - values[others].mean(axis=0)) / self.model.spread
        plain = {name: activities(name, scaled, regulons) for name in ("ulm", "viper")}
        return {"moves": found.scores, "moves_untrusted": found.scores / self.model.trust, **plain}

    def tables(self) -> dict[str, pa.Table]:
        """Regulators of the cohort, of every patient, pairs of regulators, and events."""
        values, section = self.cohort.values, self.section
        mine, others = self.groups["er_positive_against_negative"]
        cohort, found = cohort_of(self.model, values[mine], values[others], section["permutations"], section["seed"])
        order = np.argsort(-cohort.score, kind="stable")
        table = pa.table(
            {"regulator": [self.names[row] for row in order]} | {k: v[order] for k, v in vars(cohort).items()}
        )
        place = ranks(found.scores)
        rows, columns = np.nonzero(place <= 2 * FIRST)
        patients = self._patients(mine)
        samples = pa.table(
            {
                "patient": [patients[row] for row in rows],
                "regulator": [self.names[column] for column in columns],
                "rank": place[rows, columns],
                "score": found.scores[rows, columns],
                "move": found.moves[rows, columns],
            }
        )
        change = values[mine] - values[others].mean(axis=0)
        return {
            "cohort": table,
            "samples": samples,
            "pairs": self._pairs(np.sort(order[: section["among"]]), change),
            "events": self._events(),
        }

    def _pairs(self, among: Integers, change: Values) -> pa.Table:
        found = find_pairs(self.model, self.cohort.values, None, among, self.section["planted"]["permutations"])
        excess = joint_excess(self.model, found, change).mean(axis=0)
        order = found.order()
        return pa.table(
            {
                "first": [self.names[row] for row in found.pairs[order, 0]],
                "second": [self.names[row] for row in found.pairs[order, 1]],
                "strength": found.strength[order],
                "chance": found.chance[order],
                "fdr": found.fdr[order],
                "claimed": found.claimed[order],
                "excess": excess[order],
            }
        )

    def _events(self) -> pa.Table:
        found = events(self.cohort.values)
        return pa.Table.from_pylist(
            [
                {
                    "event": number,
                    "genes": [self.cohort.genes[place] for place in event.genes],
                    "raised": event.raised,
                    "together": event.together,
                    "patients": [self.cohort.patients[row] for row in event.samples],
                }
                for number, event in enumerate(found, start=1)
            ]
        )

    def stability(self) -> dict[str, float]:
        """How alike the ranks are when a fifth of the patients is left out, over seeds: mean correlation, and how many
        of the FIRST stay.
        """
        values, number = self.cohort.values, self.section["subsamples"]
        mine, others = self.groups["er_positive_against_negative"]
        scores = []
        for seed in range(number):
            random = np.random.default_rng([self.section["seed"], 44, seed])
            kept = np.zeros(len(values), dtype=np.bool_)
            kept[random.permutation(len(values))[: round(0.8 * len(values))]] = True
            model = RegulonModel(self.model.regulons)
            model.fit(values[kept])
            scores.append(moves_of(model, values[kept & mine], values[kept & others]).scores.mean(axis=0))
        order = [set(np.argsort(-each, kind="stable")[:FIRST].tolist()) for each in scores]
        pairs = [(a, b) for a in range(number) for b in range(a)]
        alike = [pearson(average_ranks(scores[a]), average_ranks(scores[b])) for a, b in pairs]
        return {
            "stability_of_ranks": float(np.mean([each for each in alike if each is not None])),
            "stability_of_first": float(np.mean([len(order[a] & order[b]) / FIRST for a, b in pairs])),
        }


def event_scores(table: pa.Table) -> dict[str, Any]:
    """Of ERBB2's amplicon: how many events its five genes are spread over, its place among events, and its size."""
    held = {row["event"]: row["genes"] for row in table.to_pylist() if set(row["genes"]) & set(_AMPLICON)}
    first = min(held, default=None)
    genes = held[first] if first is not None else []
    return {
        "events": table.num_rows,
        "amplicon_events": len(held),
        "amplicon_place": first,
        "amplicon_genes": len(genes),
        "amplicon_of_five": len(set(genes) & set(_AMPLICON)),
    }
