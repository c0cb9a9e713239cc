"""cellstate_knockouts: every measured knock-out told by models that have not seen its study, beside simple rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.arrays import Matrix
from knockon.atomic import write_parquet
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.responses import response_scores
from knockon.models.cells.knockout_rows import BASELINES, NaiveKnockout, baseline
from knockon.models.cells.protocol import operon_numbers
from knockon.models.cells.response import Describer, Knowledge, ResponseModel, Responses, ResponseSettings
from knockon.progress import track
from knockon.stages.cellstate import paths
from knockon.stages.stage import Params, run_stage

READS = (paths.STORE, paths.REGULONS, paths.KNOCKOUTS)
PARAMS = ("cellstate.knockouts",)

METHODS = (*BASELINES, "response")
_NAIVE_WIDTH = 50


def read_responses(store: ExpressionStore, knockouts: pa.Table) -> tuple[Responses, list[str]]:
    """Knock-outs of one gene or more that the store knows, as means over replicates; and their names."""
    places = {name: row for row, name in enumerate(store.samples["sample"].to_pylist())}
    by_symbol = dict(zip(store.genes["symbol"].to_pylist(), range(store.shape[1]), strict=True))
    changes, controls, knocked, studies, names = [], [], [], [], []
    for row in knockouts.to_pylist():
        known = [by_symbol[gene] for gene in row["genes"] if gene in by_symbol]
        if len(known) < len(row["genes"]):
            continue
        lacking, wild = (store.take(np.array([places[name] for name in row[what]])) for what in ("samples", "controls"))
        controls.append(np.nan_to_num(np.nanmean(wild, axis=0)))
        changes.append(np.nan_to_num(np.nanmean(lacking, axis=0) - np.nanmean(wild, axis=0)))
        knocked.append(tuple(known))
        studies.append(row["study"])
        names.append(row["knockout"])
    return Responses(np.array(changes), np.array(controls), tuple(knocked), tuple(studies)), names


def edges(store: ExpressionStore, regulons: pa.Table) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Signs and presence of edges between genes of the store, each (genes, genes) by regulator and target."""
    genes = {name: place for place, name in enumerate(store.genes["gene"].to_pylist())}
    rows = [row for row in regulons.to_pylist() if row["regulator"] in genes and row["target"] in genes]
    place = ([genes[row["regulator"]] for row in rows], [genes[row["target"]] for row in rows])
    shape = (len(genes), len(genes))
    signs = sp.csr_matrix(([float(row["sign"]) for row in rows], place), shape=shape)
    return signs, sp.csr_matrix((np.ones(len(rows)), place), shape=shape)


def knowledge(store: ExpressionStore, regulons: pa.Table, study: str) -> Knowledge:
    """What may be known when the knock-outs of a study are told: samples of the others alone."""
    own = store.samples["study"].to_numpy(zero_copy_only=False) != study
    values: Matrix = store.take(np.flatnonzero(own))
    return Knowledge(*edges(store, regulons), operon_numbers(store.genes["operon"].to_pylist()), values)


def tell(study: str, found: Responses, known: Knowledge, settings: ResponseSettings) -> list[dict[str, Any]]:
    """Scores of every knock-out of a study by every method, fitted on the other studies."""
    train, describer = found.others(study), Describer(known)
    model = ResponseModel(settings)
    model.fit(train, describer)
    naive = NaiveKnockout(known.samples, _NAIVE_WIDTH, settings.seed)
    rows = []
    for row in (place for place, each in enumerate(found.studies) if each == study):
        mask = found.scored(row)
        told = model.predict(found, row, train, describer)
        answers: dict[str, Any] = {name: baseline(name, found, row, train, describer) for name in BASELINES[:-1]}
        answers["naive"] = naive.answer(found.controls[row], list(found.knocked[row]))
        answers["response"] = (told.score, told.change)
        measured = found.changes[row].astype(np.float64)
        within = (measured >= told.low) & (measured <= told.high)
        for name, (score, change) in answers.items():
            scores: Mapping[str, float | None] = response_scores(
                measured, score, change, found.controls[row].astype(np.float64), mask, settings.changed
            )
            covered = float(within[mask].mean()) if name == "response" else None
            rows.append({"row": row, "method": name, **scores, "covered": covered, "blend": model.blend})
    return rows


def main(params: Params) -> None:
    """Write data/predictions/cellstate_knockouts.parquet."""
    store = ExpressionStore(paths.STORE)
    regulons = pq.read_table(paths.REGULONS)
    found, names = read_responses(store, pq.read_table(paths.KNOCKOUTS))
    settings = ResponseSettings(**params["cellstate.knockouts"])
    rows = []
    for study in track(sorted(set(found.studies)), "knock-outs by study"):
        rows += tell(study, found, knowledge(store, regulons, study), settings)
    for each in rows:
        place = each.pop("row")
        each |= {"knockout": names[place], "study": found.studies[place], "genes": len(found.knocked[place])}
    rows.sort(key=lambda each: (METHODS.index(each["method"]), each["knockout"]))
    write_parquet(paths.RESPONSES, pa.Table.from_pylist(rows))


if __name__ == "__main__":
    run_stage(main, PARAMS)
