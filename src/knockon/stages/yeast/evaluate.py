"""yeast_evaluate: metrics of the trained model, its baselines and the ceilings, from the predictions alone."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.dataset.store import RecordStore
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import Aligned, Settings, align, evaluate, significant
from knockon.evaluation.interval_coverage import interval_coverage
from knockon.evaluation.subsystems import SUBSYSTEM_PLOTS, ranking_plot
from knockon.evaluation.training_curves import training_curves
from knockon.progress import console
from knockon.serving.yeast import read_experiment
from knockon.stages.figures import templates, write_figure
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import headline, paths
from knockon.stages.yeast.baseline_names import BASELINES
from knockon.stages.yeast.inputs import directions, representation
from knockon.stages.yeast.paths import RANKING, TRAINING_LOG
from knockon.stages.yeast.units import UNITS

READS = (
    paths.STORE,
    paths.EMBEDDINGS / "{yeast.train.representation}.parquet",
    paths.PREDICTIONS,
    paths.TRAINING_LOG,
    paths.CONTROLS,
    paths.DIRECTIONS,
    paths.MODEL,
    *templates("benchmark", "by_group", "predicted_vs_measured", "residuals", "subsystems", "training"),
)
PARAMS = ("yeast.dataset.labels", "yeast.dataset.size", "yeast.evaluate", "yeast.split", "yeast.train")

GROUPS = {"seen": "genes seen in training", "perturbed": "perturbed genes"}
"""Columns of the predictions by which scores are also given, and what they count."""

PANELS = {"interaction": "interaction, ε (fitness units)", "fitness": "fitness (wild type = 1)"}


def by_direction(label: str, datasets: list[str]) -> pa.Table | None:
    """The label by direction, with `first` and `second`, the numbers of the two genes; None where none is known."""
    table = directions(label, datasets)
    if not table.num_rows:
        return None
    store = RecordStore(paths.STORE)
    rows = np.searchsorted(store.keys, table["key"].to_numpy())
    pairs = store.genotypes().take(rows).pairs()
    return table.append_column("first", pa.array(pairs[:, 0])).append_column("second", pa.array(pairs[:, 1]))


def write_figures(rows: Aligned, metrics: dict[str, Any], panel: str) -> None:
    """The plots of one evaluation."""
    predicted = dict(zip(rows.models, rows.predicted.T, strict=True))
    noise = metrics["noise_variance"]
    # A constant has no error worth a line of its own beside the additive model.
    lines = {name.replace("_", " "): column for name, column in predicted.items() if name not in ("mean", "random")}
    spread = None if noise is None else float(np.sqrt(noise))
    write_figure("predicted_vs_measured", plots.predicted_vs_measured(rows.values, rows.predicted[:, 0], panel))
    write_figure("residuals", plots.residuals(rows.values, lines, panel, spread))
    baselines = [name for name in rows.models[1:] if name in BASELINES]
    parts = [name for name in rows.models[1:] if name not in BASELINES]
    write_figure("benchmark", plots.benchmark(metrics, panel, baselines, parts=parts), name="baselines")
    write_figure("by_group", plots.by_group(metrics, panel, metrics["model"].replace("_", " "), GROUPS))


def write_loss_curves(model: str, panel: str) -> None:
    """Losses and learning rate; without rows for a model that is not trained step by step."""
    write_figure("training", training_curves(pq.read_table(TRAINING_LOG), model, panel), name="loss_curves")


def write_subsystems(panel: str) -> None:
    """The subsystems that explain most; without rows for a model that has none."""
    path = paths.MODEL / RANKING
    ranked = ranking_plot(pq.read_table(path), panel) if path.is_file() else SUBSYSTEM_PLOTS["subsystems"].empty_table()
    write_figure("subsystems", ranked)


def main(params: Params) -> None:
    """Read the predictions once, write metrics and plots."""
    split = params["yeast.split"]
    label = params["yeast.train.label"]
    trained = pq.read_table(paths.PREDICTIONS)
    model = trained.schema.metadata[b"model"].decode()
    controls = pq.read_table(paths.CONTROLS).filter(pc.field("model") != model)
    predictions = pa.concat_tables([table.replace_schema_metadata(None) for table in (trained, controls)])
    settings = Settings(
        label=label,
        model=model,
        representation=params["yeast.train.representation"],
        aggregation=params["yeast.train.aggregation"],
        n_train=int(trained.schema.metadata[b"n_train"]),
        resampling=Resampling(params["yeast.evaluate.resamples"], seed=params["yeast.evaluate.seed"]),
        units=UNITS[split],
        groups=tuple(GROUPS),
        strong=params["yeast.evaluate.strong"] if label == "interaction" else None,
        baselines=(*BASELINES, *sorted(set(pc.unique(trained["model"]).to_pylist()) - {model, *BASELINES})),
    )
    directed = by_direction(label, params["yeast.dataset.labels"][label])
    result = evaluate(predictions, directed, settings)
    rows = align(predictions, settings)
    _, _, errors = read_experiment(paths.MODEL)
    genes = representation(params["yeast.train.representation"]).names
    result |= significant(interval_coverage(errors, genes, rows.pairs, rows.values, rows.predicted[:, 0]))
    counted = {"n_without_vector": int(trained.schema.metadata[b"n_without_vector"])}
    metrics = {"split": split, "size": str(params["yeast.dataset.size"]), **result, **counted}
    write_json(paths.METRICS / "evaluate.json", metrics)
    write_scores(paths.METRICS / "scores.json", headline.scores(metrics))
    write_figures(rows, metrics, f"{PANELS[label]}: {split} split")
    write_loss_curves(model, f"{split} split")
    write_subsystems(f"{PANELS[label]}: training strains, {split} split")
    console.print(headline.sentence(metrics), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run_stage(main, PARAMS)
