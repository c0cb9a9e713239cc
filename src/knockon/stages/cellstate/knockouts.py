"""cellstate_knockouts: every measured knock-out told by models that have not seen its study, beside simple rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import write_parquet
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.responses import response_scores
from knockon.models.cells.knockout_features import Describer, Knowledge, Responses
from knockon.models.cells.knockout_rows import BASELINES, NaiveKnockout, baseline
from knockon.models.cells.measured import knowledge, read_responses
from knockon.models.cells.response import ResponseModel, ResponseSettings
from knockon.progress import track
from knockon.stages.cellstate import paths
from knockon.stages.stage import Params, run_stage

READS = (paths.STORE, paths.REGULONS, paths.KNOCKOUTS)
PARAMS = ("cellstate.knockouts",)

METHODS = (*BASELINES, "response")
_NAIVE_WIDTH = 50


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
