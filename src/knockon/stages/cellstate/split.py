"""cellstate_split: folds by study, by sample and by knocked-out gene; what of the tests has been seen."""

import numpy as np
import pyarrow as pa

from knockon.atomic import write_json, write_parquet
from knockon.dataset.cellstate.splits import SPLITS, folds_by_group, knockout_groups, leaks, refuse_leaks, sides
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.stages.cellstate import paths
from knockon.stages.stage import Params, run_stage

READS = (paths.STORE,)
PARAMS = ("cellstate.split",)


def main(params: Params) -> None:
    """Write the fold of each sample in each split, and metrics/cellstate/split.json."""
    samples = ExpressionStore(paths.STORE).samples
    names, studies = samples["sample"].to_pylist(), samples["study"].to_pylist()
    groups = {
        "study": studies,
        "sample": names,
        "knockout": knockout_groups(names, [text.split() for text in samples["deleted"].to_pylist()]),
    }
    folds, summary = {}, {}
    for split in SPLITS:
        number = params["cellstate.split"]["folds"][split]
        fold = folds_by_group(groups[split], number, params["cellstate.split"]["seed"])
        refuse_leaks(groups[split], fold, split)
        folds[split] = fold
        seen = sum(leaks(studies, sides(fold, each))["seen_in_train"] for each in range(number))
        sizes = np.bincount(fold, minlength=number)
        summary[split] = {
            "folds": number,
            "groups": len(set(groups[split])),
            "smallest_fold": int(sizes.min()),
            "largest_fold": int(sizes.max()),
            "tested_samples_of_a_study_trained_on": seen,
        }
    write_parquet(paths.SPLITS, pa.table({"sample": names, **folds}))
    write_json(paths.METRICS / "split.json", summary)


if __name__ == "__main__":
    run_stage(main, PARAMS)
