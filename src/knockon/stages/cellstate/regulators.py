"""cellstate_regulators: master regulators, alone and in pairs, where the truth is planted, deleted, or known of."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.models.cells.cancer_regulators import CancerRegulators, Patients, event_scores
from knockon.models.cells.deleted_regulators import deleted_ranks, deletion_scores
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.cohorts import ER, Brca
from knockon.stages.cellstate.regulators_planted import planted_scores
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
    brca = Brca(folder, section["level"])
    er, her2 = (brca.above(gene, section["levels"][gene]) for gene in ("ESR1", "ERBB2"))
    groups = {
        "er_positive_against_negative": (er, ~er),
        "er_positive_against_her2": (er & ~her2, her2),
        "files": (brca.file == 0, brca.file == 1),
    }
    edges = brca.network(folder, section["confidence"])
    found = CancerRegulators(Patients(brca.patients, brca.genes, brca.values, groups, edges, section))
    tables = found.tables()
    scores = {"brca_patients": len(brca.patients), "brca_patients_in_both": brca.twice}
    scores |= found.luminal(resampling) | found.stability() | event_scores(tables["events"])
    claimed = sum(tables["pairs"]["claimed"].to_pylist())
    below = sum(rate <= 0.1 for rate in tables["cohort"]["fdr"].to_pylist())
    return scores | {"brca_pairs_claimed": claimed, "brca_regulators_of_fdr_10": below}, tables


if __name__ == "__main__":
    run_stage(main, PARAMS)
