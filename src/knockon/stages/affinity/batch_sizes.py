"""Task `batch_sizes`: what a contrastive batch of 16 to 1,024 pairs is worth when all have seen as many samples.

Batches above `part` are cut into parts by gradient caching, which changes neither loss nor gradient. InfoNCE of another
batch size is another task, whose chance is ln B: its training loss is told in units of that, and what compares is the
loss of validation pairs at one size and the retrieval among one set of candidates. The learning rate of each size is
chosen on validation complexes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.complex_retrieval import complex_scores
from knockon.losses.contrastive import relative
from knockon.models.binding.complex_ranking import Asked, Side, binders, mean_reciprocal, selection
from knockon.models.binding.every_pair import compact, tower_scores
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.towers import contrastive_loss, fit_tower
from knockon.progress import track
from knockon.stages.affinity.runs import Tables
from knockon.training.fit_folders import FitFolders

PLOT_SCHEMA = pa.schema(
    [("panel", pa.string()), ("batch_size", pa.float64()), *((name, pa.float64()) for name in ("value", "low", "high"))]
)

_PANELS = {
    "training_loss_relative": "training loss / ln B",
    "validation_loss_relative": "validation loss / ln B, at one B",
    "any_top1": "any ligand of the protein comes first",
    "any_mrr": "1 / place of the first ligand of the protein",
}


def training_of(section: Mapping[str, Any], batch: int, rate: float) -> dict[str, Any]:
    """Settings of the engine for a batch size: steps for the same number of samples, parts of at most `part` pairs."""
    steps = max(1, section["samples"] // batch)
    return {
        **section["training"],
        "batch_size": batch,
        "learning_rate": rate,
        "max_steps": steps,
        "epochs": None,
        "warmup_steps": max(1, steps // 20),
        "accumulation": -(-batch // section["part"]),
        "log_steps": 1,
    }


def fitted(section: Mapping[str, Any], batch: int, rate: float, train: Pairs, fits: FitFolders) -> NetworkModel:
    """A tower that knows no loss but the contrastive one. train: binders, so that every batch has an anchor."""
    settings = {**section["settings"], "loss": "contrastive", "head": "cosine", "threshold": section["binder"]}
    return fit_tower(settings, training_of(section, batch, rate), train, section["seed"], fits)


def last_loss(history: list[dict[str, Any]]) -> float:
    """Mean training loss of the last tenth of the steps."""
    losses = [record["loss"] for record in history if record.get("loss") is not None]
    return float(np.mean(losses[-max(1, len(losses) // 10) :]))


def mean_place(model: NetworkModel, asked: Asked) -> float:
    """See `mean_reciprocal`."""
    return mean_reciprocal(tower_scores(model, asked.pairs.proteins, asked.pairs.ligands, "cosine"), asked)


def one_size(section: Mapping[str, Any], batch: int, chosen: Side, final: Side, fits: FitFolders) -> dict[str, Any]:
    """A row of the table."""
    tried = {rate: fitted(section, batch, rate, chosen.train, fits) for rate in section["learning_rates"]}
    reached = {rate: mean_place(model, chosen.asked) for rate, model in tried.items()}
    rate = max(reached, key=lambda each: reached[each])
    loss = contrastive_loss(tried[rate], chosen.asked.pairs, section["judged"], section["seed"])
    model = fitted(section, batch, rate, final.train, fits)
    scores = tower_scores(model, final.asked.pairs.proteins, final.asked.pairs.ligands, "cosine")
    resampling = Resampling(section["resamples"], seed=section["seed"])
    last = last_loss(model.history)
    return {
        "batch_size": batch,
        "steps": training_of(section, batch, rate)["max_steps"],
        "parts": training_of(section, batch, rate)["accumulation"],
        "learning_rate": rate,
        "training_loss": last,
        "training_loss_relative": relative(last, batch),
        "validation_loss": loss,
        "validation_loss_relative": relative(loss, section["judged"]),
        "validation_mrr": reached[rate],
        **complex_scores(scores, final.asked.complexes, resampling),
    }


def curve(section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """samples, judged, run, and a row for every batch size."""
    run = Tables().run(section["run"])
    inner = selection(
        run.pairs("train"), run.pairs("validation"), section["share"], section["selection"], section["seed"]
    )
    binds = section["binder"], section["same_protein"]
    chosen = Side(compact(binders(inner[0], section["binder"])), Asked.of(inner[1], *binds))
    final = Side(binders(run.pairs("train"), section["binder"]), Asked.of(run.pairs("test"), *binds))
    rows = [
        one_size(section, batch, chosen, final, fits) for batch in track(section["sizes"], "contrastive batch sizes")
    ]
    told = {name: section[name] for name in ("run", "samples", "judged")}
    return {**told, "candidates": len(final.asked.pairs.ligands), "rows": rows}


def plot(found: Mapping[str, Any]) -> pa.Table:
    """PLOT_SCHEMA: what of a row depends on the batch size."""
    rows = [
        {
            "panel": panel,
            "batch_size": row["batch_size"],
            "value": row[name],
            "low": row.get(f"{name}_low"),
            "high": row.get(f"{name}_high"),
        }
        for name, panel in _PANELS.items()
        for row in found["rows"]
    ]
    return pa.Table.from_pylist(rows, PLOT_SCHEMA)
