"""What the report says about amino acids beside the heads of yeast's joint network, from design_heads' metrics."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import interval_of, read_metrics, words

HEAD_COLUMNS = (
    "told by", "learnt from strains", "mean r, all [95 %]", "over the joint head [95 %]", "surely better", "worse",
    "mean r, unseen genes [95 %]", "over the joint head, unseen [95 %]",
)  # fmt: skip

_SAID = {"joint": "the joint network's head", "alone": "a network of amino acids alone"}
_FITS = {
    "same_strains_and_blocks": "the network's strains and blocks",
    "same_strains": "the network's strains",
}


def _name(who: str, fitted: str) -> str:
    if who in _FITS:
        return f"{words(fitted)}, {_FITS[who]}"
    return _SAID.get(who) or f"{words(who)}, folds of genes"


def _gain(found: dict[str, Any]) -> str:
    return interval_of(found["gain"], "difference") if "gain" in found else ""


def head_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of HEAD_COLUMNS for everyone who tells."""
    read = read_metrics(root, "design/heads.json")
    everyone, unseen = read["told"]["all"], read["told"]["unseen"]
    return tuple(
        (
            _name(who, read["fitted"]),
            f"{read['learnt_from'][who]:,}",
            interval_of(found, "pearson"),
            _gain(found),
            *(str(found["gain"][key]) if "gain" in found else "" for key in ("better", "worse")),
            interval_of(unseen[who], "pearson"),
            _gain(unseen[who]),
        )
        for who, found in everyone.items()
    )


def heads_section(root: Path) -> Section:
    """Amino acids of the same deletions, by two studies."""
    read = read_metrics(root, "design/heads.json")
    strains, genes = read["strains"], read["genes"]
    one = read["one_seed"]["joint"]
    said = Text(
        (
            f"{genes['all']:,} single deletions that the network of all phenotypes is tested on; {genes['unseen']:,} "
            "are of genes that no training strain of any phenotype perturbs. The network learns amino acids from "
            f"{strains['train']:,} strains and stops by {strains['validation']:,} more; fits in folds of genes learn "
            f"from {max(read['learnt_from'].values()):,}, and are told more of each gene. Two rows are fits of the "
            "network's training strains alone.",
            f"Of the network the mean of {read['seeds']} seeds is taken; one seed alone has r {number(one)}. Intervals "
            "draw genes, those of differences the same genes for both.",
        )
    )
    table = Table(f"{len(read['amino_acids'])} amino acids of held-out deletions", HEAD_COLUMNS, head_rows(root))
    return Section("Strain design: amino acids beside the joint network", (said, table))
