"""What the report says about the cellstate study, from its metrics and plots."""

from pathlib import Path

from knockon.evaluation.report import Facts, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.cellstate.more_sections import transfer_section
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
    "levels": (
        "Points of centred R² by level of the genes, beside the limit that counting of reads sets",
        "The model that validation chooses and the PCA of its width, on held-out studies. Intervals draw studies.",
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

_REGULATOR_CAPTIONS = {
    "regulators": (
        "Points of the share of planted drivers and of cooperative pairs found, by noise, samples and wrong edges",
        "One setting of the simulated world is changed at a time. Intervals draw samples.",
    ),
    "responses": (
        "Points of AUROC and signed r of knock-outs of other compendia, by method",
        "Each knocked-out gene is told from the others, MorPhiC's releases from other releases.",
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


REGULATOR_COLUMNS = ("method", "drivers, planted [95 %]", "deleted regulator's rank, median [95 %]", "in the first 5 %")
PATIENT_COLUMNS = ("breast cancers", "patients", "method", "ESR1, FOXA1 or GATA3 among ten first [95 %]")
RESPONSE_COLUMNS = (
    "set", "method", "AUROC [95 %]", "over the mean response [95 %]", "told better", "precision@50", "signed r [95 %]",
)  # fmt: skip
_COMPARISONS = ("er_positive_against_negative", "er_positive_against_her2", "files")
_WAYS = ("moves", "moves_untrusted", "ulm", "viper")


def regulator_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of REGULATOR_COLUMNS for every method."""
    found = read_metrics(root, "cellstate/regulators.json")
    rows = []
    for name in (*_WAYS, "ulm_inferred", "own_transcript", "chance"):
        deleted = f"deleted_{name}" in found
        median = interval_of(found, f"deleted_{name}") if deleted else ""
        share = number(found[f"deleted_top_{name}"]) if deleted else ""
        rows.append((words(name), interval_of(found, f"drivers_{name}"), median, share))
    return tuple(rows)


def patient_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of PATIENT_COLUMNS for every comparison and method; none where the cohort was not read."""
    found = read_metrics(root, "cellstate/regulators.json")
    return tuple(
        (words(title), f"{found[f'{title}_patients']}", words(way), interval_of(found, f"{title}_{way}"))
        for title in _COMPARISONS
        if f"{title}_patients" in found
        for way in _WAYS
    )


def response_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of RESPONSE_COLUMNS for every set and method."""
    sets = read_metrics(root, "cellstate/responses.json")
    rows = []
    for name, methods in sets.items():
        for method, found in methods.items():
            over, usual = found["auroc_over_mean_response"], method == "mean_response"
            gained = "" if usual else interval_of(over, "difference")
            better = "" if usual or over["share_better"] is None else f"{over['share_better']:.0%}"
            scores = interval_of(found, "auroc"), gained, better
            rows.append((name, words(method), *scores, number(found["precision"]), interval_of(found, "signed_r")))
    return tuple(rows)


def regulators_section(root: Path) -> Section:
    """Which regulators drive a sample, alone and in pairs; knock-outs of other compendia."""
    found = read_metrics(root, "cellstate/regulators.json")
    of_pairs = (f"{found[f'pairs_{name}']:.1f}" for name in ("found", "product_terms", "claimed_where_additive"))
    first, plain, additive = of_pairs
    text = (
        "A virtual knock-out takes a regulator's own input back to the normal samples'. Drivers are planted in "
        f"simulated cells; of {found['pairs_planted']:.0f} planted cooperative pairs {first} are among as many first "
        f"ones (plain product terms find {plain}), and {additive} are claimed where the world is additive.",
    )
    tables = [Table("Master regulators", REGULATOR_COLUMNS, regulator_rows(root))]
    if rows := patient_rows(root):
        tables.append(Table("Regulators of breast cancers", PATIENT_COLUMNS, rows))
    if rows := response_rows(root):
        tables.append(Table("Knock-outs of other compendia", RESPONSE_COLUMNS, rows))
    pictures = figures(root, "cellstate", _REGULATOR_CAPTIONS, *_REGULATOR_CAPTIONS)
    return Section("Cell state: master regulators and cooperative pairs", (Text(text), *tables, *pictures))


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the cellstate study."""
    return (data_section(root), results_section(root), transfer_section(root), regulators_section(root))
