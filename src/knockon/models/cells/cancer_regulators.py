"""Regulators of breast cancers of two receptors: what is known of them beside what each method says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Mask, Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.responses import mean_score
from knockon.models.cells.cohort_events import events
from knockon.models.cells.regulator_moves import cohort_of, moves_of, ranks
from knockon.models.cells.regulator_pairs import find_pairs, joint_excess
from knockon.models.cells.regulators import activities, regulons_of
from knockon.models.cells.regulon_model import RegulonModel

FIRST = 10
_LUMINAL = ("ESR1", "FOXA1", "GATA3")
_AMPLICON = ("ERBB2", "GRB7", "STARD3", "PGAP3", "MIEN1")


@dataclass(frozen=True)
class Patients:
    """values: float64 (patients, genes), log2(level + 1). groups: by title, who is compared with whom, bool (patients,)
    each; the first is looked at closely.
    edges: of regulators, by symbol. settings: `cellstate.regulators` of the params.
    """

    names: list[str]
    genes: list[str]
    values: Values
    groups: Mapping[str, tuple[Mask, Mask]]
    edges: pa.Table
    settings: Mapping[str, Any]


class CancerRegulators:
    """Regulators of patients by comparison, beside what is known of breast cancers."""

    def __init__(self, cohort: Patients) -> None:
        self.cohort, self.settings = cohort, cohort.settings
        regulons = regulons_of(cohort.edges, cohort.genes, self.settings["least"])
        self.model = RegulonModel(regulons)
        self.model.fit(cohort.values)
        self.names = regulons.regulators
        self.first = next(iter(cohort.groups.values()))

    def luminal(self, resampling: Resampling) -> dict[str, Any]:
        """Share of patients with ESR1, FOXA1 or GATA3 among the FIRST, by comparison and method."""
        places = [self.names.index(name) for name in _LUMINAL]
        scores: dict[str, Any] = {}
        for title, (mine, others) in self.cohort.groups.items():
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
        return [self.cohort.names[row] for row in np.flatnonzero(mine)]

    def _scores(self, mine: Mask, others: Mask) -> dict[str, Values]:
        values, regulons = self.cohort.values, self.model.regulons
        found = moves_of(self.model, values[mine], values[others])
        scaled = (values[mine] - values[others].mean(axis=0)) / self.model.spread
        plain = {name: activities(name, scaled, regulons) for name in ("ulm", "viper")}
        return {"moves": found.scores, "moves_untrusted": found.scores / self.model.trust, **plain}

    def tables(self) -> dict[str, pa.Table]:
        """Regulators of the cohort, of every patient, pairs of regulators, and events."""
        values, settings = self.cohort.values, self.settings
        mine, others = self.first
        cohort, found = cohort_of(self.model, values[mine], values[others], settings["permutations"], settings["seed"])
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
            "pairs": self._pairs(np.sort(order[: settings["among"]]), change),
            "events": self._events(),
        }

    def _pairs(self, among: Integers, change: Values) -> pa.Table:
        found = find_pairs(self.model, self.cohort.values, None, among, self.settings["planted"]["permutations"])
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
                    "patients": [self.cohort.names[row] for row in event.samples],
                }
                for number, event in enumerate(found, start=1)
            ]
        )

    def stability(self) -> dict[str, float]:
        """How alike the ranks are when a fifth of the patients is left out, over seeds: mean correlation, and how many
        of the FIRST stay.
        """
        values, number = self.cohort.values, self.settings["subsamples"]
        mine, others = self.first
        scores = []
        for seed in range(number):
            random = np.random.default_rng([self.settings["seed"], 44, seed])
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
