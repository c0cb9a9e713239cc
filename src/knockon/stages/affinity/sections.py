"""What the report says about the affinity study, from its metrics and plots."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Facts, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.affinity.task_sections import sentence_section, task_sections
from knockon.stages.sections import figures, interval_if_known, interval_of, read_metrics, words

HEADLINE_COLUMNS = ("data", "split", "best by validation", "MSE [95 %]", "CI [95 %]", "r [95 %]", "r over ligand only")
RESULT_COLUMNS = (
    "data", "split", "model", "MSE", "CI", "r", "ρ", "rm²", "AUPR", "r within a protein", "r, other protein",
    "90 % intervals hold", "validation MSE",
)  # fmt: skip
SEED_COLUMNS = ("data", "split", "model", "seeds", "MSE, mean ± sd", "CI, mean ± sd", "r, mean ± sd", "least to most r")
SPLIT_COLUMNS = ("data", "split", "train", "validation", "test", "tested pairs seen", "ligands seen", "proteins seen")

LANGUAGE_COLUMNS = ("corpus", "rows", "parameters", "unigram, nats", "bigram, nats", "model, nats", "guessed right")
TRANSFER_COLUMNS = ("pairs", "ligands begin", "validation MSE", "test MSE", "test r", "r over drawn weights [95 %]")

_CAPTIONS = {
    "models": (
        "Bars of Pearson's r of every model on every split",
        "Grey bars are models that a person could do without a computer. Intervals draw proteins and ligands.",
    ),
    "splits": (
        "Pearson's r of the best model and of two baselines by split, a panel a data set",
        "A published split and its leak-free twins: what falls between them was not learnt about binding.",
    ),
    "predicted_vs_measured": (
        "Density of test pairs over predicted and measured strength, by run",
        "The model with the least validation error on each run.",
    ),
    "loss_curves": (
        "Training loss and validation error by step of every network",
        "The weights of the step with the least validation error are kept.",
    ),
}


def headline_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of HEADLINE_COLUMNS for every run: the model that validation likes best."""
    best = read_metrics(root, "affinity/evaluate.json")["best"]
    return tuple(
        (
            source,
            words(split),
            named(found["model"]),
            *(interval_of(found, name) for name in ("mse", "ci", "pearson")),
            interval_if_known(found, "pearson_over_ligand_only"),
        )
        for source, splits in best.items()
        for split, found in splits.items()
    )


def result_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of RESULT_COLUMNS for every run and model, the least test error of each run first."""
    scores = read_metrics(root, "affinity/models.json")
    runs = dict.fromkeys(
        (source, split) for sources in scores.values() for source, splits in sources.items() for split in splits
    )
    rows = []
    for source, split in runs:
        found = {model: sources[source][split] for model, sources in scores.items() if split in sources.get(source, {})}
        for model, each in sorted(found.items(), key=lambda entry: (entry[1]["mse"], entry[0])):
            rows.append((source, words(split), named(model), *_numbers(each)))
    return tuple(rows)


def _numbers(found: dict[str, Any]) -> tuple[str, ...]:
    names = ("mse", "ci", "pearson", "spearman", "rm2", "aupr", "within_pearson", "other_protein_pearson")
    hold = found["intervals"].get("0.9", {}).get("coverage")
    return (*(number(found[name]) for name in names), number(hold), number(found["validation"]["mse"]))


def seed_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of SEED_COLUMNS for every headlined run and model that was fitted from several seeds."""
    found = _read(root, "affinity/seeds.json") or {}
    runs = dict.fromkeys(
        (source, split) for sources in found.values() for source, splits in sources.items() for split in splits
    )
    return tuple(
        (
            source,
            words(split),
            named(model),
            str(each["seeds"]),
            *(f"{number(each[f'{name}_mean'])} ± {number(each[f'{name}_sd'])}" for name in ("mse", "ci", "pearson")),
            f"{number(each['pearson_min'])} to {number(each['pearson_max'])}",
        )
        for source, split in runs
        for model, sources in found.items()
        if (each := sources.get(source, {}).get(split)) is not None
    )


def named(model: str) -> str:
    """A model for people; of two towers without the contrastive loss the table says so."""
    return words(model) + (", contrastive part off" if model.startswith("dual_regression") else "")


def data_section(root: Path) -> Section:
    """What was measured, and what the tests of the splits have seen."""
    dataset = read_metrics(root, "affinity/dataset.json")
    splits = read_metrics(root, "affinity/split.json")
    rows = tuple(_split_row(source, split, found) for source, named in splits.items() for split, found in named.items())
    facts = (
        (f"{dataset['ligands']:,}", "ligands"),
        (f"{dataset['proteins']:,}", "proteins"),
        (f"{dataset['measurements']:,}", "measured strengths"),
        (f"{dataset['rejected']:,}", "rows set aside"),
    )
    return Section(
        "Affinity: the data", (Facts(facts), Table("What the tests of the splits have seen", SPLIT_COLUMNS, rows))
    )


def _split_row(source: str, split: str, found: dict[str, Any]) -> tuple[str, ...]:
    leaks = found["leaks"]
    counts = [found[side] for side in ("train", "validation", "test")]
    seen = [leaks[f"tested_{what}"] for what in ("pairs_seen", "rows_of_seen_ligands", "rows_of_seen_proteins")]
    return (source, words(split), *(f"{count:,}" for count in (*counts, *seen)))


def results_section(root: Path) -> Section:
    """The best model of every run, and all of them."""
    words = Text(
        (
            "Models, and points of their grids, were chosen on validation pairs alone; the test was read once. "
            "Intervals come from drawing proteins and ligands, not rows. Floors count as their value. “Other protein” "
            "is the score with every protein replaced by another one: what is left of it needed no protein. "
            "An ensemble is the mean of the fits from all seeds; a blend is made of these where there are any.",
        )
    )
    tables = (
        Table("The model with the least validation error", HEADLINE_COLUMNS, headline_rows(root)),
        Table("Headlined runs from several seeds", SEED_COLUMNS, seed_rows(root)),
        Table("Every model", RESULT_COLUMNS, result_rows(root)),
    )
    pictures = figures(root, "affinity", _CAPTIONS, *_CAPTIONS)
    return Section("Affinity: how strongly a ligand binds a protein", (words, *tables, *pictures))


def language_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of LANGUAGE_COLUMNS for every language model that was learnt."""
    found = {kind: _read(root, f"affinity/language_{kind}.json") for kind in ("smiles", "protein")}
    return tuple(
        (
            kind,
            f"{each['rows']['train']:,}",
            f"{each['parameters']:,}",
            *(number(each["scores"][name]["nats"]) for name in ("unigram", "bigram", "masked")),
            number(each["scores"]["masked"]["accuracy"]),
        )
        for kind, each in found.items()
        if each is not None
    )


def transfer_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of TRANSFER_COLUMNS for every number of pairs and start."""
    found = _read(root, "affinity/transfer.json")
    return tuple(
        (
            f"{row['pairs']:,}",
            row["start"],
            number(row["validation_mse"]),
            number(row["test_mse"]),
            number(row["test_pearson"]),
            interval_of(row["over_drawn"], "difference") if "over_drawn" in row else "–",
        )
        for row in (found["rows"] if found else ())
    )


def _read(root: Path, name: str) -> dict[str, Any] | None:
    return read_metrics(root, name) if (root / "metrics" / name).exists() else None


def language_section(root: Path) -> Section:
    """The language models, and what it is worth to begin with one."""
    words = Text(
        (
            "A masked language model guesses 15 % of a text's tokens from the others; nats are −log p of such a token, "
            "on texts that it has not learnt from. A bigram is told the token before, which the model may find masked. "
            "Below: a dual network whose ligands are read by a transformer, begun with drawn weights or with those of "
            "the language model, beside one that reads fingerprints.",
        )
    )
    tables = (
        Table("Language models beside counting", LANGUAGE_COLUMNS, language_rows(root)),
        Table("Does pretraining help?", TRANSFER_COLUMNS, transfer_rows(root)),
    )
    return Section("Affinity: learning from sequences without labels", (words, *tables))


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the affinity study."""
    learnt = (language_section(root), *sentence_section(root))
    return (data_section(root), results_section(root), *learnt, *task_sections(root))
