"""What the report says about the cellstate study, from its metrics and plots."""

from pathlib import Path

from knockon.evaluation.report import Facts, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_of, read_metrics, words

MODEL_COLUMNS = (
    "model", "split by", "centred R² [95 %]", "pooled R²", "mean over genes", "hidden genes [95 %]",
    "over PCA of its width [95 %]", "validation",
)  # fmt: skip
KNOCKOUT_COLUMNS = (
    "method", "AUROC [95 %]", "over the mean response [95 %]", "told better", "AUROC, matched", "precision@50",
    "Spearman", "signed r [95 %]",
)  # fmt: skip
SPLIT_COLUMNS = ("split by", "folds", "groups", "smallest fold", "largest fold", "tested samples of a known study")

_CAPTIONS = {
    "models": (
        "Points of centred R² of every model by split, of whole samples and of hidden genes",
        "0 is the training mean of each gene. Intervals draw studies.",
    ),
    "knockouts": (
        "Points of the AUROC of changed genes and of the correlation of changes, by method",
        "Mean over knock-outs of one gene whose study no method has seen. Intervals draw studies.",
    ),
    "loss_curves": (
        "Training loss and validation error by step of every network",
        "Of the first fold of the split by study. The weights of the step with the least validation error are kept.",
    ),
}


def model_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of MODEL_COLUMNS for every model and split, as params.yaml lists the models."""
    models = read_metrics(root, "cellstate/evaluate.json")["models"]
    return tuple(
        (
            words(model),
            split,
            interval_of(found, "centred"),
            number(found["pooled"]),
            number(found["by_gene"]),
            interval_of(found, "hidden"),
            interval_of(found["against"], "difference") if "against" in found else "",
            number(found["validation"]),
        )
        for model, splits in models.items()
        for split, found in splits.items()
    )


def knockout_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of KNOCKOUT_COLUMNS for every method."""
    methods = read_metrics(root, "cellstate/evaluate.json")["knockouts"]
    rows = []
    for name, found in methods.items():
        over = found["auroc_over_mean_response"]
        usual = name == "mean_response"
        rows.append(
            (
                words(name),
                interval_of(found, "auroc"),
                "" if usual else interval_of(over, "difference"),
                "" if usual or over["share_better"] is None else f"{over['share_better']:.0%}",
                number(found["auroc_matched"]),
                number(found["precision"]),
                number(found["spearman"]),
                interval_of(found, "signed_r"),
            )
        )
    return tuple(rows)


def data_section(root: Path) -> Section:
    """What was measured, and what the tests of the splits have seen."""
    dataset, splits = (read_metrics(root, f"cellstate/{name}.json") for name in ("dataset", "split"))
    facts = (
        (f"{dataset['samples']:,}", "samples"),
        (f"{dataset['genes']:,}", "genes"),
        (f"{dataset['studies']:,}", "studies"),
        (f"{dataset['knockouts_of_one_gene']:,}", "knock-outs of one gene, with a wild type"),
        (f"{dataset['edges']:,}", "edges of the regulatory network"),
    )
    rows = tuple((name, *(f"{value:,}" for value in found.values())) for name, found in splits.items())
    return Section("Cell state: the data", (Facts(facts), Table("The splits", SPLIT_COLUMNS, rows)))


def results_section(root: Path) -> Section:
    """How well samples come back, and what knock-outs change."""
    words = Text(
        (
            "Pooled R² says nothing: the mean of each gene has most of it. Centred R² counts from that mean. A split "
            "by samples lets replicates of a study stand on both sides; the split by study is the one that counts. "
            "Hidden genes are left out of a sample and told from its other genes.",
            "A knock-out is told by methods fitted on other studies alone; the knocked-out gene itself is not scored. "
            "The mean response, what other knock-outs change, knows nothing of the gene. “Matched” compares genes of "
            "about the same level alone.",
        )
    )
    tables = (
        Table("How much of a transcriptome comes back", MODEL_COLUMNS, model_rows(root)),
        Table("Virtual knock-outs", KNOCKOUT_COLUMNS, knockout_rows(root)),
    )
    pictures = figures(root, "cellstate", _CAPTIONS, *_CAPTIONS)
    return Section("Cell state: whole transcriptomes and virtual knock-outs", (words, *tables, *pictures))


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the cellstate study."""
    return (data_section(root), results_section(root))
