"""affinity_tasks: what the towers are for, besides telling a pK.

Retrieval of a protein's ligands, virtual screens, batch sizes of the contrastive loss, and a new protein of which k
ligands are labelled. Each task has its section of params.yaml, and a file of metrics.
"""

from collections.abc import Callable, Mapping
from typing import Any

from knockon.atomic import write_json
from knockon.evaluation.evaluate import significant
from knockon.stages.affinity import paths
from knockon.stages.affinity.batch_sizes import curve, plot
from knockon.stages.affinity.few_labels import adapt
from knockon.stages.affinity.retrieval import retrieve
from knockon.stages.affinity.screening import screen
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits

READS = (
    paths.LIGANDS,
    paths.PROTEINS,
    paths.MEASUREMENTS,
    paths.SPLITS,
    paths.SCREEN,
    *templates("batch_sizes"),
)
PARAMS = ("affinity.tasks", "affinity.train.threads")

TASKS: Mapping[str, Callable[[Mapping[str, Any], FitFolders], dict[str, Any]]] = {
    "retrieval": retrieve,
    "screening": screen,
    "batch_sizes": curve,
    "few_labels": adapt,
}


def section_of(params: Params, task: str) -> dict[str, Any]:
    """The section of a task over what all share; its settings and training are laid over the shared ones."""
    shared, own = params["affinity.tasks.shared"], params[f"affinity.tasks.{task}"]
    laid = {name: {**shared[name], **own.get(name, {})} for name in ("settings", "training")}
    return {**shared, **own, **laid}


def main(params: Params) -> None:
    """Write a file of metrics for every task, and the plot of batch sizes; after a stop the same command goes on."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["affinity.train.threads"])
    with kept_fits(paths.fits_of("tasks")) as fits:
        found = {name: task(section_of(params, name), fits) for name, task in TASKS.items()}
        for name, metrics in found.items():
            write_json(paths.METRICS / f"{name}.json", significant(metrics))
        write_figure("batch_sizes", plot(found["batch_sizes"]), folder=paths.PLOTS)


if __name__ == "__main__":
    run_stage(main, PARAMS)
