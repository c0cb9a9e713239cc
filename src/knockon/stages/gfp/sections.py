"""What the report and the terminal say about the avGFP study, from its metrics and plots."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Facts, Part, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_of, read_metrics, words

RESULT_COLUMNS = ("model", "split", "test MSE [95 %]", "noise", "Spearman ρ [95 %]", "validation MSE", "test rows")

_CAPTIONS = {
    "mutations": (
        "Numbers of variants by number of mutations, for train, validation and test of both splits",
        "The imbalanced split trains on few mutations and asks for many; the balanced one is shuffled.",
    ),
    "brightness": (
        "Histograms of log fluorescence for train, validation and test of both splits",
        "Brightness has two modes: bright as the wild type, and dark. Most test variants of the imbalanced split are "
        "dark, most of its training variants bright.",
    ),
    "models": (
        "Bars of test error of every model on both splits",
        "A model whose error is near the variance of the test labels (dashed) knows no more than their mean.",
    ),
    "error": (
        "Test error against number of mutations, a line per model",
        "Where a line rises with the number of mutations, the model carries on along a straight line where "
        "brightness has long reached its floor.",
    ),
    "predicted_vs_measured": (
        "Density of test variants over predicted and measured brightness, by number of mutations",
        "The model with the least validation error. Dark variants have one prediction: their order is noise.",
    ),
    "coverage": (
        "Share of measurements inside prediction intervals against the intervals' level",
        "Where the test has more mutations than any known variant, intervals are set on a step to one mutation more; "
        "under the line they are still too narrow for the many.",
    ),
    "loss_curves": (
        "Training loss and validation error by step of every model, first seed",
        "Training stops where validation variants stop improving.",
    ),
}


def result_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of RESULT_COLUMNS for every model and split, the least test error of each split first."""
    metrics = read_metrics(root, "gfp/evaluate.json")
    splits = [name for name in next(iter(metrics.values())) if name != "representations"]
    return tuple(
        _result_row(name, split, found[split])
        for split in splits
        for name, found in sorted(metrics.items(), key=lambda entry: float(entry[1][split]["mse"]))
    )


def _result_row(name: str, split: str, found: dict[str, Any]) -> tuple[str, ...]:
    return (
        words(name),
        split,
        interval_of(found, "mse"),
        number(found["noise_mse"]),
        interval_of(found, "spearman"),
        number(found["validation"]["mse"]),
        f"{found['n']:,}",
    )


def _range(by_mutations: dict[str, int]) -> str:
    numbers = [int(number) for number in by_mutations]
    return f"{min(numbers)} to {max(numbers)}"


def data_section(root: Path) -> Section:
    """The variants, and how they are split."""
    dataset = read_metrics(root, "gfp/dataset.json")
    split = read_metrics(root, "gfp/split.json")
    rows = tuple(
        (scheme, part, found["variants"], f"{found['bright_share']:.1%}", _range(found["by_mutations"]))
        for scheme, parts in split.items()
        for part, found in parts.items()
    )
    columns = ("split", "part", "variants", "bright", "mutations")
    facts = (
        (f"{dataset['variants']:,}", "variants of avGFP"),
        (f"{dataset['bright']:,}", "of them bright"),
        (f"{dataset['with_stop']:,}", f"with a stop codon (`gfp.nonsense: {dataset['nonsense']}`)"),
        (f"{sum(dataset['rejected'].values()):,}", "rows set aside"),
    )
    parts: tuple[Part, ...] = (Facts(facts), Table("The two splits", columns, rows))
    return Section("avGFP: the variants", (*parts, *figures(root, "gfp", _CAPTIONS, "mutations", "brightness")))


def results_section(root: Path) -> Section:
    """Every model on both splits."""
    metrics = read_metrics(root, "gfp/evaluate.json")
    found = next(iter(metrics.values()))["imbalanced"]
    words = [
        f"A model that always says the mean of the test has an error of {number(found['variance'])} on the imbalanced "
        "split. Scores are means over the seeds; intervals come from resampled test variants. Models were chosen on "
        "validation variants alone."
    ]
    if found["noise_mse"] is not None:
        words.append(
            "Barcodes of the same variant differ: the truth itself would have a mean squared error of about "
            f"{number(found['noise_mse'])} on this test, and reach Pearson's r = {number(found['ceiling_pearson'])}."
        )
    table = Table("Test error of every model", RESULT_COLUMNS, result_rows(root))
    pictures = figures(root, "gfp", _CAPTIONS, "models", "error", "predicted_vs_measured", "coverage", "loss_curves")
    return Section("avGFP: brightness from mutations", (Text(tuple(words)), table, *pictures))


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the avGFP study."""
    return (data_section(root), results_section(root))
