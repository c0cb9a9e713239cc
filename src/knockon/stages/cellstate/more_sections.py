"""What the report says about levels of expression and about transfer to cohorts of few samples."""

from pathlib import Path

from knockon.evaluation.report import Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.cellstate.headline import MAIN
from knockon.stages.sections import figures, interval_of, read_metrics, words

LEVEL_COLUMNS = (
    "log2(level + 1)", "genes", "model", "centred R² [95 %]", "hidden genes [95 %]", "limit of counting, hidden genes",
)  # fmt: skip
TRANSFER_COLUMNS = (
    "cohort", "samples", "model", "centred R² [95 %]", "over draws ±", "hidden genes [95 %]",
    "over its start from scratch [95 %]", "over the cohort's PCA [95 %]",
)  # fmt: skip

_CAPTIONS = {
    "transfer": (
        "Points of centred R² of every model by number of the cohort's samples, of whole samples and of hidden genes",
        "0 is the mean of the cohort's training samples. Intervals draw studies, or patients.",
    )
}


def level_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of LEVEL_COLUMNS for every level of the best model and of the PCA of its width."""
    found = read_metrics(root, "cellstate/evaluate.json")
    best = found["best"][MAIN]
    other = found["models"][best][MAIN].get("against", {}).get("model")
    models, names = found["levels"]["models"], found["levels"]["names"]
    return tuple(
        (
            names[each["level"]], f"{each['genes']:.0f}", words(model), interval_of(each, "centred"),
            interval_of(each, "hidden"), number(each["hidden_limit"]),
        )
        for model in (best, other)
        if model in models
        for each in models[model]
        if each["centred"] is not None
    )  # fmt: skip


def transfer_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of TRANSFER_COLUMNS for every cohort, number of samples and model."""
    rows = []
    for cohort, sizes in read_metrics(root, "cellstate/transfer.json").items():
        for size, models in sizes.items():
            for model, found in models.items():
                scratch = model.replace("_tuned", "_scratch")
                own = interval_of(found[f"over_{scratch}"], "difference") if scratch != model else ""
                pca = interval_of(found["over_pca"], "difference") if "over_pca" in found else ""
                scores = interval_of(found, "centred"), number(found["over_draws"]), interval_of(found, "hidden")
                rows.append((cohort, size, words(model), *scores, own, pca))
    return tuple(rows)


def transfer_section(root: Path) -> Section:
    """Levels, and what a compendium is worth to few samples."""
    text = Text(
        (
            "Weak genes are measured by few reads, and what counting leaves of R² is the limit of any model that is "
            "not shown the gene itself: hidden genes.",
            "A cohort's models are fitted on few of its samples. “PCA compendium” are another compendium's axes about "
            "the cohort's mean, “PCA both” are axes of both, whose share the cohort's validation samples choose; a "
            "tuned network begins at the weights that it learnt from the compendium, with some layers frozen.",
        )
    )
    tables = (
        Table("Genes by level", LEVEL_COLUMNS, level_rows(root)),
        Table("From a compendium to a cohort", TRANSFER_COLUMNS, transfer_rows(root)),
    )
    pictures = figures(root, "cellstate", _CAPTIONS, *_CAPTIONS)
    return Section("Cell state: levels of expression, and few samples", (text, *tables, *pictures))
