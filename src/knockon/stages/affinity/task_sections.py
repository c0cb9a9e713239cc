"""What the report says about the affinity study's tasks; nothing where they have not run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knockon.evaluation.report import Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_if_known, read_metrics, words

_TASKS = ("retrieval", "screening", "batch_sizes", "few_labels")
"""Files of metrics. The stage that writes them loads torch, which the report does without."""

RETRIEVAL_COLUMNS = (
    "split", "ranking", "own ligand first [95 %]", "own in 10", "own MRR", "any of the protein first [95 %]",
    "any in 10", "any MRR", "first, over the look-up [95 %]",
)  # fmt: skip
SCREENING_COLUMNS = ("training", "ranking", "EF 1 % [95 %]", "BEDROC [95 %]", "AUROC [95 %]", "AUROC over no protein")
BATCH_COLUMNS = (
    "pairs", "steps", "learning rate", "training loss / ln B", "validation loss / ln B, one B",
    "any of the protein first [95 %]", "any MRR [95 %]",
)  # fmt: skip
SENTENCE_COLUMNS = (
    "data", "alike by", "ρ with shared binders [95 %]", "shared with the nearest", "shared with the nearest 10",
    "MSE of the look-up [95 %]", "MSE over frozen [95 %]", "MSE over words of 3 [95 %]",
)  # fmt: skip
LABEL_COLUMNS = ("labels", "way", "penalty", "MSE [95 %]", "CI [95 %]", "MSE over labels alone [95 %]")

_CAPTION = {
    "batch_sizes": (
        "Losses and retrieval by the size of a contrastive batch",
        "Every size has seen the same number of pairs; its learning rate was chosen on validation complexes.",
    )
}


def retrieval_rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A row of RETRIEVAL_COLUMNS for every split and ranking."""
    return tuple(
        (
            words(split),
            words(name),
            *(
                text
                for what in ("own", "any")
                for text in (
                    interval_if_known(row, f"{what}_top1"),
                    number(row[f"{what}_top10"]),
                    number(row[f"{what}_mrr"]),
                )
            ),
            interval_if_known(row, "any_top1_over_look_up"),
        )
        for split, each in found.items()
        for name, row in each["rankings"].items()
    )


def screening_rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A row of SCREENING_COLUMNS for every training and ranking."""
    return tuple(
        (
            f"{kind}, {each['training_complexes']:,} pairs",
            words(name),
            *(interval_if_known(row, score) for score in ("ef1", "bedroc", "auroc")),
            interval_if_known(row, "auroc_over_no_protein"),
        )
        for kind, each in found.items()
        if kind != "targets"
        for name, row in each["rankings"].items()
    )


def batch_rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A row of BATCH_COLUMNS for every size."""
    return tuple(
        (
            f"{row['batch_size']:,}",
            f"{row['steps']:,}",
            f"{row['learning_rate']:g}",
            number(row["training_loss_relative"]),
            number(row["validation_loss_relative"]),
            interval_if_known(row, "any_top1"),
            interval_if_known(row, "any_mrr"),
        )
        for row in found["rows"]
    )


def label_rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A row of LABEL_COLUMNS for every number of labels and way."""
    return tuple(
        (
            str(row["labels"]),
            words(row["way"]),
            "–" if row["penalty"] is None else f"{row['penalty']:g}",
            interval_if_known(row, "mse"),
            interval_if_known(row, "ci"),
            interval_if_known(row, "mse_over_alone"),
        )
        for row in found["rows"]
    )


def sentence_rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A row of SENTENCE_COLUMNS for every run and kind of vector."""
    return tuple(
        (
            words(run),
            words(row["name"]),
            interval_if_known(row, "spearman"),
            number(row["nearest"]),
            number(row["near"]),
            interval_if_known(row, "mse"),
            interval_if_known(row, "mse_over_frozen"),
            interval_if_known(row, "mse_over_words"),
        )
        for run, each in found.items()
        for row in each["rows"]
    )


_TABLES = {
    "retrieval": ("Does a protein find its ligands among all tested ones?", RETRIEVAL_COLUMNS, retrieval_rows),
    "screening": ("DUD-E: are actives ranked before decoys?", SCREENING_COLUMNS, screening_rows),
    "batch_sizes": ("Contrastive batch sizes, at as many samples seen", BATCH_COLUMNS, batch_rows),
    "few_labels": ("A new protein with k labelled ligands", LABEL_COLUMNS, label_rows),
}  # fmt: skip


def sentence_section(root: Path) -> tuple[Section, ...]:
    """Proteins near each other by tuned and by frozen vectors; nothing where it has not run."""
    if not (root / "metrics/affinity/sentence.json").exists():
        return ()
    said = Text(
        (
            "New proteins, told from those they are most alike. Vectors are frozen or tuned on the shared binders of "
            "training proteins; words are runs of residues that two sequences have in common; random vectors and the "
            "ligands' means are controls. Intervals draw tested proteins.",
        )
    )
    rows = sentence_rows(read_metrics(root, "affinity/sentence.json"))
    return (Section("Affinity: proteins that bind the same", (said, Table("Near proteins", SENTENCE_COLUMNS, rows))),)


def task_sections(root: Path) -> tuple[Section, ...]:
    """One section of all tasks; none where they have not run."""
    if not all((root / f"metrics/affinity/{name}.json").exists() for name in _TASKS):
        return ()
    words = Text(
        (
            "Regression is a tower with the contrastive part off. Settings were chosen on validation complexes, and "
            "nothing by DUD-E. Look-up: how alike the nearest training complex is. Intervals draw proteins, of "
            "screens targets.",
        )
    )
    tables = tuple(
        Table(title, columns, rows(read_metrics(root, f"affinity/{name}.json")))
        for name, (title, columns, rows) in _TABLES.items()
    )
    pictures = figures(root, "affinity", _CAPTION, "batch_sizes")
    return (Section("Affinity: what two towers are for", (words, *tables, *pictures)),)
