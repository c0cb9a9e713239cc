"""`knockon design --evaluate`: how well genes that were left out are told, beside baselines."""

from typing import TYPE_CHECKING

from knockon.errors import KnockonError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from knockon.serving.design.question import Question
    from knockon.serving.design.strain_table import StrainTable


def evaluated(question: "Question", own: "StrainTable | None") -> None:
    """Print how well genes that were left out are told, beside baselines: of a table now, else by design_evaluate."""
    from knockon.commands.printing import print_plain
    from knockon.evaluation.table import print_rows

    notes: list[str] = []
    title, rows = _scores_of_table(own, notes) if own is not None else _scores_of_study(question)
    for note in notes:
        print_plain(note)
    print_rows(title, SCORE_COLUMNS, rows)


SCORE_COLUMNS = (
    "model",
    "genes",
    "r [95 %]",
    "AUROC of the top [95 %]",
    "hits among those told highest",
    "inside 90 %",
)


def _scores_of_table(own: "StrainTable", notes: list[str]) -> tuple[str, list[tuple[str, ...]]]:
    from knockon.models.designs.feature_files import read_features
    from knockon.serving.design_table import evaluated as by_folds
    from knockon.serving.design_table import own_strains
    from knockon.stages.design import paths

    found = by_folds(own_strains(own.read, read_features(paths.FEATURES)))
    notes += [note for note in found.notes if note not in own.read.notes]
    title = (
        f"told of strains that were left out, five folds of {found.genotypes}: {found.hits} are the top; hits among "
        f"the {found.taken} told highest"
    )
    return title, [_score_row(each.model, found.genotypes, each.scores) for each in found.models]


def _scores_of_study(question: "Question") -> tuple[str, list[tuple[str, ...]]]:
    import csv

    from knockon.stages.design import paths

    path = paths.PLOTS / "phenotypes.csv"
    if not path.is_file():
        raise KnockonError(f"{path}: nothing was scored; run `dvc repro design_evaluate` or `dvc pull`")
    with path.open(newline="", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["phenotype"] == question.phenotype]
    rows = [
        _score_row(
            row["model"],
            int(row["n"]),
            {name: float(text) if text else None for name, text in row.items() if name in _SCORES},
        )
        for row in found
    ]
    if not rows:
        raise KnockonError(f"{path}: {question.phenotype} was not scored; run `dvc repro design_evaluate`")
    return f"{question.phenotype}, told of genes that were left out, five folds; hits among the 50 told highest", rows


_SCORES = ("pearson", "pearson_low", "pearson_high", "auroc", "auroc_low", "auroc_high", "precision", "covered_90")


def _score_row(model: str, genes: int, scores: "Mapping[str, float | None]") -> tuple[str, ...]:
    from knockon.evaluation.table import number, with_interval

    r, auroc = (
        with_interval(*(scores.get(f"{name}{end}") for end in ("", "_low", "_high"))) for name in ("pearson", "auroc")
    )
    return (model, f"{genes:,}", r, auroc, number(scores.get("precision"), 2), number(scores.get("covered_90"), 2))
