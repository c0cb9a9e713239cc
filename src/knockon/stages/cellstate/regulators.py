"""cellstate_regulators: master regulators, alone and in pairs, where the truth is planted, deleted, or known of."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.cohorts import ER, Brca
from knockon.stages.cellstate.regulators_planted import planted_scores
from knockon.stages.cellstate.regulators_real import BrcaRegulators, deleted_ranks, deletion_scores, event_scores
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage

READS = (paths.STORE, paths.REGULONS, paths.KNOCKOUTS, paths.COHORTS, *templates("cellstate_regulators"))
PARAMS = ("cellstate.regulators",)


def main(params: Params) -> None:
    """Write data/predictions/cellstate_regulators, metrics/cellstate/regulators.json and a plot."""
    section = params["cellstate.regulators"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    scores, rows = planted_scores(section["planted"], resampling)
    edges, knockouts = pq.read_table(paths.REGULONS), pq.read_table(paths.KNOCKOUTS)
    tables = {"deletions": deleted_ranks(ExpressionStore(paths.STORE), edges, knockouts, section["least"])}
    scores |= deletion_scores(tables["deletions"], resampling)
    if (paths.COHORTS / ER).exists():
        told, more = _brca(paths.COHORTS, section, resampling)
        scores |= told
        tables |= more
    with atomic_directory(paths.REGULATORS) as folder:
        for name, table in tables.items():
            write_parquet(folder / f"{name}.parquet", table)
    write_json(paths.METRICS / "regulators.json", significant(scores))
    write_figure("cellstate_regulators", pa.Table.from_pylist(rows), name="regulators", folder=paths.PLOTS)


def _brca(folder: Path, section: dict[str, Any], resampling: Resampling) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Scores and tables of the breast cancers."""
    cohort = Brca(folder, section["level"])
    found = BrcaRegulators(cohort, cohort.network(folder, section["confidence"]), section)
    tables = found.tables()
    claimed = sum(tables["pairs"]["claimed"].to_pylist())
    below = sum(rate <= 0.1 for rate in tables["cohort"]["fdr"].to_pylist())
    scores = found.luminal(resampling) | found.stability() | event_scores(tables["events"])
    return scores | {"brca_pairs_claimed": claimed, "brca_regulators_of_fdr_10": below}, tables


if __name__ == "__main__":
    run_stage(main, PARAMS)
