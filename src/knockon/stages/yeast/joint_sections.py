"""What the report says about joint phenotypes, and about growth told from expression."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Score, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_of, read_metrics, words

_JOINT = (
    "Each phenotype is learnt alone and together with all others, by the same network from the same training strains; "
    "a missing label is in no sum. A gene counts as seen where a training strain of any phenotype perturbs it."
)
_EXPRESSION = (
    "Out-of-fold predictions of repeated cross-validation, with penalties chosen inside of each fold. The interval is "
    "over strains; r of permuted labels lies below 0 since a fold that is left out pulls the mean of the others away."
)

_CAPTIONS = {
    "joint": ("Pearson's r of each phenotype alone and joint, by genes seen in training", _JOINT),
    "expression_fitness": ("Bars of Pearson's r of models and baselines", _EXPRESSION),
}

RESULT_COLUMNS = ("phenotype", "genes", "alone r ± seeds", "joint r ± seeds", "gain [95 %]", "test strains")


def joint_sections(root: Path) -> tuple[Section, ...]:
    """The sections of the stages that have run."""
    return tuple(section for section in (_joint(root), _expression(root)) if section is not None)


def joint_metrics(root: Path) -> dict[str, Any] | None:
    """Metrics of the joint phenotypes; None where that stage has not run."""
    return read_metrics(root, "yeast/joint.json") if (root / "metrics/yeast/joint.json").is_file() else None


def result_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of RESULT_COLUMNS for every head and number of genes seen, and one for every head without labels."""
    metrics = joint_metrics(root)
    if metrics is None:
        return ()
    rows = [
        _result_row(name, seen, group)
        for name, head in metrics["heads"].items()
        for seen, group in head["seen"].items()
    ]
    return (*rows, *((name, "absent", "–", "–", "–", "–") for name in metrics["absent"]))


def _result_row(name: str, seen: str, group: dict[str, Any]) -> tuple[str, ...]:
    arms = [f"{number(group[arm]['pearson'])} ± {number(group[arm]['pearson_sd'])}" for arm in ("alone", "joint")]
    gain = group["gain"]
    return (
        name,
        "all" if seen == "all" else f"{seen} seen",
        *arms,
        interval_of(gain, "pearson"),
        f"{group['n_test']:,}",
    )


def _joint(root: Path) -> Section | None:
    metrics = joint_metrics(root)
    if metrics is None:
        return None
    rows = tuple(
        _joint_row(name, seen, group) for name, head in metrics["heads"].items() for seen, group in head["seen"].items()
    )
    columns = ("phenotype", "genes seen", "alone, Pearson r", "joint, Pearson r", "joint − alone", "test strains")
    caption = f"Mean of {metrics['seeds']} seeds and of components, 95 % interval over genes"
    notes = [f"{name}: {head['note']}." for name, head in metrics["heads"].items() if "note" in head]
    notes += [f"{name} is left out: {why}." for name, why in metrics["absent"].items()]
    figure = figures(root, "yeast", _CAPTIONS, "joint")
    return Section("Phenotypes together", (Text((_JOINT, *notes)), Table(caption, columns, rows), *figure))


def _joint_row(name: str, seen: str, group: dict[str, Any]) -> tuple[Any, ...]:
    scores = [
        Score(*(group[arm][key] for key in ("pearson", "pearson_low", "pearson_high"))) for arm in ("alone", "joint")
    ]
    gain = group["gain"]
    gained = interval_of(gain, "pearson")
    return (name, seen, *scores, gained, group["n_test"])


def _expression(root: Path) -> Section | None:
    if not (root / "metrics/yeast/expression_fitness.json").is_file():
        return None
    metrics = read_metrics(root, "yeast/expression_fitness.json")
    rows = tuple(
        (words(name), Score(row["pearson"], row["pearson_low"], row["pearson_high"]), row["rmse"])
        for name, row in metrics["models"].items()
    )
    caption = f"{metrics['strains']} strains with both, {metrics['transcripts']:,} transcripts; {metrics['label']}"
    table = Table(caption, ("model", "Pearson r, 95 % interval", "error"), rows)
    figure = figures(root, "yeast", _CAPTIONS, "expression_fitness")
    return Section("Growth told from expression", (Text((_EXPRESSION,)), table, *figure))
