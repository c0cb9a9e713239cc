"""What the report says about the metabolic model: which deletions kill, how well they grow, which pairs interact."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knockon.evaluation.report import Facts, Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_of, read_metrics, words

ESSENTIAL_COLUMNS = ("told from", "Matthews' correlation [95 %]", "right", "wrong", "missed")
GROWTH_COLUMNS = ("told from", "r with fitness [95 %]", "ρ [95 %]", "deletions")
BLOCK_COLUMNS = ("phenotypes", "model", "number", "r without fluxes", "r with", "gain", "surely better", "surely worse")
COUPLING_COLUMNS = ("product", "medium", "searched", "sets", "programs", "without growth", "designs", "the first")

_LEARNT = {
    "flux": "all fluxes, learnt; genes held out",
    "graph": "the graph alone; genes held out",
    "both": "fluxes and graph; genes held out",
}

_CAPTIONS = {
    "flux": (
        "Bars of correlations between what the metabolic model says of deletions and what was measured, with intervals",
        "Of essential genes it is Matthews' correlation, r of two yes-or-no columns; of fitness and ε it is r.",
    ),
}


def _named(found: Mapping[str, Any], before: str, after: str) -> list[str]:
    """The names between `before` and `after` among the keys of the metrics, in their order."""
    return [key[len(before) : -len(after)] for key in found if key.startswith(before) and key.endswith(after)]


def essential_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of ESSENTIAL_COLUMNS for growth in every medium, and for what was learnt."""
    found = read_metrics(root, "design/flux.json")
    return tuple(
        (
            _LEARNT.get(name, f"growth, {words(name)}"),
            interval_of(found, f"essential_{name}_mcc"),
            *(str(found[f"essential_{name}_{count}"]) for count in ("tp", "fp", "fn")),
        )
        for name in _named(found, "essential_", "_mcc")
    )


def growth_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of GROWTH_COLUMNS for every way to tell growth."""
    found = read_metrics(root, "design/flux.json")
    return tuple(
        (
            words(name),
            interval_of(found, f"smf_{name}_r"),
            interval_of(found, f"smf_{name}_rho"),
            str(found[f"smf_{name}_n"]),
        )
        for name in _named(found, "smf_", "_n")
    )


def block_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of BLOCK_COLUMNS for every group of phenotypes and model."""
    return tuple(
        (
            words(group), words(model), str(own["phenotypes"]), number(own["without"]), number(own["with"]),
            f"{own['gained_r']:+.3f}", str(own["better"]), str(own["worse"]),
        )
        for group, models in read_metrics(root, "design/flux_block.json")["means"].items()
        for model, own in models.items()
    )  # fmt: skip


def coupling_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of COUPLING_COLUMNS for every search."""
    return tuple(
        (
            row["product"], row["medium"], _searched(row), f"{row['sets']:,}", f"{row['programs']:,}", str(row["dead"]),
            str(row["designs"]), " ".join(row["listed"][0]["genes"]) if row["listed"] else "",
        )
        for row in read_metrics(root, "design/coupling.json")["searches"]
    )  # fmt: skip


def _searched(row: Mapping[str, Any]) -> str:
    """How far a search came, in words."""
    if row["coupled"]:
        return "coupled without a deletion"
    if row["unsettled"]:
        return f"not complete: {row['unsettled']} without an answer"
    return f"all sets of up to {row['searched']}" if row["searched"] else "not complete"


def flux_section(root: Path) -> Section:
    """The metabolic model beside measurements."""
    found = read_metrics(root, "design/flux.json")
    share = found["epsilon_not_zero"]
    facts = (
        (f"{found['genes']:,}", "genes of the metabolic model"),
        (f"{found['epsilon_n']:,}", "pairs with a measured ε"),
        (interval_of(found, "epsilon_r"), "r of its ε with the measured one [95 %]"),
        *(((f"{share:.2%}", "of the pairs have an ε in the model"),) if share is not None else ()),
        (number(found["smf_ceiling_r"]), "r that the errors of fitness leave room for"),
    )
    text = Text(
        (
            "A deletion is told as lethal where growth falls below 1 % of the wild type's. What is learnt is told of "
            "genes of a fold that was not learnt from.",
            "Fluxes as features: the same model of held-out genes with and without them. Growth coupling: a design "
            "makes the product wherever it grows fast enough; each set of deletions is settled by a linear program or "
            "by a flux that it leaves possible.",
        )
    )
    tables = (
        Table("Essential genes", ESSENTIAL_COLUMNS, essential_rows(root)),
        Table("Fitness of single deletions", GROWTH_COLUMNS, growth_rows(root)),
        Table("Fluxes as features", BLOCK_COLUMNS, block_rows(root)),
        Table("Growth coupling", COUPLING_COLUMNS, coupling_rows(root)),
    )
    pictures = figures(root, "design", _CAPTIONS, *_CAPTIONS)
    return Section("Strain design: the metabolic model", (Facts(facts), text, *tables, *pictures))
