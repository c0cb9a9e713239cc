"""What the report says about the design study, from its metrics and plots."""

from pathlib import Path

from knockon.evaluation.report import Facts, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.design.cycles_sections import cycles_section
from knockon.stages.design.flux_sections import flux_section
from knockon.stages.design.heads_sections import heads_section
from knockon.stages.sections import figures, interval_of, read_metrics, words

MODEL_COLUMNS = (
    "model", "phenotype", "r [95 %]", "Spearman", "AUROC of the top 5 % [95 %]", "hits of 50 [95 %]", "enrichment",
    "r over nearest genes [95 %]", "90 % intervals cover",
)  # fmt: skip
GROUP_COLUMNS = (
    "phenotypes", "model", "number", "mean r", "mean Spearman", "mean AUROC", "90 % intervals cover",
    "r over trio [95 %]",
)  # fmt: skip

_CAPTIONS = {
    "models": (
        "Points of correlation, hits among the 50 genes told highest, and AUROC of every model",
        "Genes held out in five folds. Intervals draw genes.",
    ),
}
_GROUPS = {
    "metabolome": "amino acids of Mülleder et al.",
    "literature": "accumulation reported in SGD",
    "growth": "growth",
}


def model_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of MODEL_COLUMNS for every screened phenotype and model."""
    screened = read_metrics(root, "design/evaluate.json")["screened"]
    return tuple(
        (
            words(model),
            words(name),
            interval_of(found, "pearson"),
            number(found["spearman"]),
            interval_of(found, "auroc"),
            interval_of(found, "precision"),
            number(found["enrichment"]),
            interval_of(found["over_nearest"]["pearson"], "difference") if "over_nearest" in found else "",
            f"{found['covered_90']:.1%}",
        )
        for name, models in screened.items()
        for model, found in models.items()
    )


def group_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of GROUP_COLUMNS for every group of many phenotypes and model."""
    read = read_metrics(root, "design/evaluate.json")
    return tuple(
        (
            _GROUPS[group],
            words(model),
            str(found["phenotypes"]),
            *(number(found[score]) for score in ("pearson", "spearman", "auroc")),
            f"{found['covered_90']:.1%}",
            interval_of(read["blend_over_trio"][group], "difference")
            if model == "blend" and group in read["blend_over_trio"]
            else "",
        )
        for group, models in read["others"].items()
        for model, found in models.items()
    )


def phenotype_section(root: Path) -> Section:
    """How well phenotypes are told of genes that nobody measured."""
    found = read_metrics(root, "design/evaluate.json")
    ceiling = found["ceiling"]["betaxanthin"]
    some = next(iter(found["screened"]["betaxanthin"].values()))
    facts = (
        (f"{some['n']:,}", "deletions with betaxanthin"),
        *(((f"{ceiling:.3f}", "ceiling of r, by the scatter of colonies"),) if ceiling is not None else ()),
    )
    text = Text(
        (
            "Every gene is told by a fit of the genes of the other folds; what is chosen and calibrated is chosen on "
            "those alone. A hit is a gene among the top 5 % of all measured ones. Of a phenotype that a block of "
            "features holds (amino acids, reports, fitness) the whole block is left out.",
            "Betaxanthin is read off colonies, whose size confounds it; the second phenotype is what a line through "
            "size leaves.",
        )
    )
    tables = (
        Table("Betaxanthin of held-out genes", MODEL_COLUMNS, model_rows(root)),
        Table("Other phenotypes, means over them", GROUP_COLUMNS, group_rows(root)),
    )
    pictures = figures(root, "design", _CAPTIONS, *_CAPTIONS)
    return Section("Strain design: phenotypes of genes that nobody measured", (Facts(facts), text, *tables, *pictures))


def sections(root: Path) -> tuple[Section, ...]:
    """All sections of the design study."""
    return (phenotype_section(root), heads_section(root), flux_section(root), cycles_section(root))
