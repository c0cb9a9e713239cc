"""What the report says about the yeast study, from its metrics and plots."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Facts, Part, Score, Section, Table, Text, benchmark_table, describe
from knockon.evaluation.table import Result, number
from knockon.stages.params_file import PARAMS_FILE, read_yaml
from knockon.stages.sections import figures, interval_of, read_metrics, words
from knockon.stages.yeast.baseline_names import SHOWN
from knockon.stages.yeast.joint_sections import joint_sections
from knockon.stages.yeast.new_gene_sections import new_gene_section

_CAPTIONS = {
    "baselines": (
        "Bars of Pearson's r of the model and its baselines, with intervals and both ceilings",
        "The model beside the baselines that are always run; of a blend, also its parts. A model is worth its "
        "name where its interval lies above all of them. Dashed: the ceiling of the biology, which a model that "
        "also predicts what a strain does as query or as array can exceed; dotted: with those effects as signal.",
    ),
    "predicted_vs_measured": (
        "Density of test rows over predicted and measured values",
        "Orange on the dashed line: predictions mean what they say. A narrow cloud along the horizontal axis: the "
        "model is cautious, which is right where most of the label is noise.",
    ),
    "residuals": (
        "Error of each model by the strength of the measured effect",
        "The strong effects are the ones that a strain designer looks for, and the ones that are missed by most.",
    ),
    "by_group": (
        "Pearson's r by number of genes seen in training and by number of perturbed genes",
        "On the gene split, strains are apart by how many of their genes no training strain perturbs.",
    ),
    "loss_curves": (
        "Training loss, validation error and learning rate by training step of the experiment's model",
        "The validation line is the squared error over the variance of the training labels, whatever the training "
        "loss: at 1 a model knows the mean and no more. Training keeps what was best on validation rows, and learns "
        "once more from all rows, as long. A step is an update of a network's weights, or a tree of a boosted model.",
    ),
    "subsystems": (
        "Bars of the relative local improvement in predictive power of the subsystems, the largest first",
        "A subsystem stands high where its own state tells the model's predictions better than the states of the "
        "subsystems below it do together (RLIPP, Ma et al. 2018): there the model combines what comes from below. "
        "It says where the model computes, not what is true: of a model that predicts little it explains little. "
        "Left out are subsystems whose children tell no more than chance.",
    ),
}

_BENCHMARK_CAPTIONS = {
    "representation_ranks": (
        "Spearman's ρ of every representation and aggregation with its interval, and a band of random vectors",
        "What lies within the grey band does no better than random numbers, which only tell genes apart.",
    ),
    "benchmark": (
        "Bars of the best combination of each model and of the baselines at the largest size",
        "Each model with the representation and the aggregation that validation chose for it.",
    ),
    "representations": (
        "Heat maps of Pearson's r by representation and aggregation, one for each model",
        "A representation that does not beat random vectors of its size tells the model nothing but a gene's name.",
    ),
    "learning_curve": (
        "Pearson's r against the number of training experiments",
        "All sizes have the same composition and are tested on the same rows.",
    ),
    "grid_transfer": (
        "Validation scores of hyper-parameters at one size against those at the next",
        "A high rank correlation means that a grid can be searched on few experiments and used on many.",
    ),
}
"""Of the figures of every table of the benchmark."""

_TABLES = {
    "interaction": "Interaction ε",
    "fitness": "Fitness of one or two knock-outs",
    "triples": "Fitness of one to three knock-outs",
}

_BENCHMARK_COLUMNS = ("model", "experiments", "representation", "aggregation", "Pearson r, 95 % interval", "test rows")
_REGRET_COLUMNS = ("model: sizes", "rank correlation of grids", "r lost, mean", "r lost, largest", "combinations")


def results(root: Path) -> list[Result]:
    """The experiment, as a row of the table of results."""
    evaluated = read_metrics(root, "yeast/evaluate.json")
    return [Result.of("yeast", evaluated["split"], evaluated, SHOWN)]


def data_section(root: Path) -> Section:
    """Where the data come from, and what could not be used."""
    graph, dataset = read_metrics(root, "yeast/graph.json"), read_metrics(root, "yeast/dataset.json")
    counts = graph["counts"]
    nodes = sum(count for label, count in counts.items() if label.endswith("Experiment"))
    unused = {**dataset["rejected_before"], **dataset["quarantined"]["reasons"]}
    rows = tuple((row["dataset"], row["phenotype"], row["genes"], row["rows"]) for row in dataset["counts"])
    facts = (
        (f"{counts['Gene']:,}", "genes in the graph"),
        (f"{nodes:,}", "measured phenotypes in the graph"),
        (f"{dataset['stored']:,}", "records after averaging repeats"),
        (f"{sum(unused.values()):,}", "rows that could not be used"),
    )
    return Section(
        "The data, and what was quarantined",
        (
            Facts(facts),
            Text(
                (
                    "Measurements of the same perturbations in the same environment are averaged by inverse variance; "
                    "both directions of a pair (A×B and B×A) count as the same. Fitness of double mutants marked "
                    f"as reconstructed ({dataset['reconstructed']:,}) is SMF·SMF + ε, not measured.",
                )
            ),
            Table("Records by source", ("dataset", "phenotype", "perturbed genes", "records"), rows),
            Table("Rows that were set aside", ("reason", "rows"), tuple(sorted(unused.items()))),
        ),
    )


def own_section(root: Path) -> tuple[Section, ...]:
    """What became of the files that a person brought; nothing where there are none."""
    files = read_metrics(root, "yeast/own.json")["files"]
    if not files:
        return ()
    kept = tuple((file["name"], name, count) for file in files for name, count in file["records"].items())
    rows = tuple(
        (file["name"], each["reason"], each["rows"], "; ".join(each["examples"]))
        for file in files
        for each in file["dropped"]
    )
    unused = tuple(_unused(root, file) for file in files)
    parts: list[Part] = [Table("Measurements of one value, as records", ("file", "phenotype", "records"), kept)]
    parts += [Text(tuple(text for text in unused if text))] if any(unused) else []
    parts += [Table("Rows that were not used, or not wholly", ("file", "reason", "rows", "examples"), rows)] * bool(
        rows
    )
    return (Section("Your own files, and what was dropped of them", tuple(parts)),)


def _unused(root: Path, file: dict[str, Any]) -> str:
    """A sentence where a label leaves the file's measurements out, which is seldom meant; else nothing."""
    labels = (read_yaml(root / PARAMS_FILE) or {}).get("yeast", {}).get("dataset", {}).get("labels", {})
    absent = [name for name in file["records"] if labels.get(name) and file["dataset"] not in labels[name]]
    added = " and ".join(f"`yeast.dataset.labels.{name}`" for name in absent)
    return f"No label uses {file['name']}: add {file['dataset']} to {added} in `params.yaml`." if absent else ""


def _intervals(metrics: dict[str, Any]) -> str:
    """How often the served intervals hold."""
    if metrics.get("coverage_90") is None:
        return "There were too few validation rows for intervals of 90 %."
    text = f"Intervals of 90 % hold {metrics['coverage_90']:.1%} of the test measurements"
    if metrics["coverage_90_strong"] is None:
        return f"{text}."
    strong = f"{metrics['coverage_90_strong']:.0%} of the {metrics['n_strong']:,} whose predicted |ε| is 0.08 or more"
    return f"{text}, and {strong}: they widen with the prediction, as errors on validation rows did."


def _screen(metrics: dict[str, Any]) -> str:
    """What the screen shows again, and what the model keeps without it."""
    return (
        "The ceiling of what this screen will show again counts those effects as signal: a model that knew truth and "
        f"effects would reach {interval_of(metrics, 'ceiling_screen_pearson')}. Taken out of label and prediction "
        "(least squares over genes as query and as array), they leave the model "
        f"r = {interval_of(metrics, 'without_sides_pearson')}: the rest of its r is effects of strains, not of pairs."
    )


def experiment_section(root: Path) -> Section:
    """The params-driven experiment."""
    metrics = read_metrics(root, "yeast/evaluate.json")
    result = Result.of("yeast", metrics["split"], metrics, SHOWN)
    parts: list[Part] = [
        Text((describe(result),)),
        benchmark_table([result], "The experiment of `params.yaml`: Pearson's r on test rows, read once"),
    ]
    ceiling = (
        "The ceiling is one of the biology: what the truth alone would reach, if all that differs between A×B and B×A "
        "is noise. Effects that a strain has as query or as array count as noise here, though labels share them: a "
        f"model that predicts them can exceed it. {metrics['reciprocal_pairs']:,} pairs measured in both directions "
        f"agree with r = {number(metrics['reciprocal_reliability'])}. Taking the noise variance instead of the "
        f"reliability as equal for all pairs gives {number(metrics['ceiling_at_constant_noise'])}."
    )
    if metrics["reciprocal_pairs"]:
        parts.append(Text((ceiling,)))
    if metrics["ceiling_screen_pearson"] is not None:
        parts.append(Text((_screen(metrics),)))
    parts.append(Text((_intervals(metrics),)))
    pictures = figures(root, "yeast", _CAPTIONS, "baselines", "predicted_vs_measured", "residuals", "by_group")
    return Section(f"One experiment: {metrics['label']}, {metrics['split']} split", (*parts, *pictures))


def training_section(root: Path) -> Section:
    """How the experiment's model learnt; a sentence where it is not trained step by step."""
    curves = figures(root, "yeast", _CAPTIONS, "loss_curves")
    model = words(read_metrics(root, "yeast/evaluate.json")["model"])
    absent = Text((f"The model ({model}) is not trained step by step: it has no loss curves.",))
    return Section("How the model learnt", curves or (absent,))


def subsystem_section(root: Path) -> tuple[Section, ...]:
    """Which subsystems explain the predictions; nothing for a model that has none."""
    ranked = figures(root, "yeast", _CAPTIONS, "subsystems")
    return (Section("Which subsystems explain the predictions", ranked),) if ranked else ()


def benchmark_section(root: Path) -> Section:
    """Every representation × aggregation × model × size."""
    note = "All combinations stand in `plots/yeast/benchmark/<table>/table.csv`; selection never saw a test row."
    parts: list[Part] = [Text((note,))]
    for name in (file.stem for file in sorted((root / "metrics/yeast/benchmark").glob("*.json"))):
        metrics = read_metrics(root, f"yeast/benchmark/{name}.json")
        ceiling = metrics["ceiling_pearson"]
        rows = [_benchmark_row(size, model, row, ceiling) for size, models in _sizes(metrics) for model, row in models]
        parts.append(
            Table(f"{_TABLES[name]}: for each model and size what validation chose", _BENCHMARK_COLUMNS, tuple(rows))
        )
        parts.append(
            Table(f"{_TABLES[name]}: what a small grid's choice costs", _REGRET_COLUMNS, _regret_rows(metrics))
        )
        captions = {f"benchmark/{name}/{figure}": caption for figure, caption in _BENCHMARK_CAPTIONS.items()}
        parts += figures(root, "yeast", captions, *captions)
    return Section("The benchmark: representation × aggregation × model × size", tuple(parts))


def _regret_rows(metrics: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Of _REGRET_COLUMNS, from the metrics of a table."""
    return tuple(
        (
            name,
            number(metrics["grid_transfer"].get(name)),
            number(row["mean"]),
            number(row["largest"]),
            str(row["combinations"]),
        )
        for name, row in metrics["regret"].items()
    )


def _sizes(metrics: dict[str, Any]) -> list[tuple[int, list[tuple[str, dict[str, Any]]]]]:
    return [(int(size), sorted(models.items())) for size, models in metrics.items() if size.isdigit()]


def _benchmark_row(size: int, model: str, row: dict[str, Any], ceiling: float | None) -> tuple[Any, ...]:
    score = Score(row["pearson"], row["pearson_low"], row["pearson_high"], ceiling)
    name = words(model)
    return (name, size, row.get("representation", "–"), row.get("aggregation", "–"), score, row["n_test"])


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the yeast study."""
    experiment = (
        data_section(root),
        *own_section(root),
        experiment_section(root),
        training_section(root),
        *subsystem_section(root),
    )
    return (*experiment, benchmark_section(root), *new_gene_section(root), *joint_sections(root))
