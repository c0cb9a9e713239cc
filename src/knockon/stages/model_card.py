"""models/README.md: what each trained model learnt from, what it scores, what not to ask of it; from the metrics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knockon.atomic import write_text
from knockon.evaluation.table import number
from knockon.stages.design.headline import MAIN, main_model
from knockon.stages.sections import interval_of, read_metrics, words

CARD = Path("models/README.md")

_HEAD = """# Model cards

Written by the stage `report` from the metrics of this clone. {origin}
The models themselves come with `dvc pull` or `dvc repro`; `knockon predict` asks them.
"""


def _table(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield "| | |\n|---|---|"
    yield from (f"| {name} | {value} |" for name, value in rows)


def yeast_card(root: Path) -> str:
    """`models/yeast`: the experiment of params.yaml."""
    found, data = read_metrics(root, "yeast/evaluate.json"), read_metrics(root, "yeast/dataset.json")
    held = found.get("coverage_90")
    strong = found.get("coverage_90_strong")
    rows = (
        ("predicts", f"{found['label']} of yeast strains, by the genes that they perturb"),
        ("model", f"{found['model']}, representation {found['representation']}"),
        ("learnt from", f"{found['n_train']:,} strains of {data['stored']:,} records (train and validation rows)"),
        ("tested on", f"{found['n_test']:,} strains of the {found['split']} split"),
        ("Pearson's r, test", interval_of(found, "pearson")),
        ("additive baseline", _number(found["additive_pearson"])),
        ("ceiling of the biology", _number(found["ceiling_pearson"])),
        ("ceiling of this screen", _number(found["ceiling_screen_pearson"])),
        ("intervals of 90 % hold", "unknown" if held is None else f"{held:.1%} of test strains"),
        ("… where \\|prediction\\| ≥ 0.08", "unknown" if strong is None else f"{strong:.0%} of {found['n_strong']:,}"),
    )
    limits = (
        "Limits: learnt from deletions and hypomorphs of S. cerevisiae in one medium; strains of three or more genes, "
        "other media and other species were not tested. Part of the score is what a strain does as query or array in "
        "every cross. On genes that no training strain perturbs it is weaker (docs/results.md, gene split)."
    )
    return "\n".join(("## models/yeast", "", *_table(rows), "", limits))


def gfp_card(root: Path) -> str:
    """`models/gfp/global_epistasis`: the ensemble that is served."""
    found = read_metrics(root, "gfp/evaluate.json").get("global_epistasis_ensemble")
    if found is None:
        return "## models/gfp\n\nglobal_epistasis is not among gfp.train.models: nothing is served."
    rows: tuple[tuple[str, str], ...] = (("predicts", "log10 fluorescence of avGFP variants, by their mutations"),)
    for split in ("imbalanced", "balanced"):
        rows += tuple((f"{split} split: {name}", value) for name, value in _gfp_rows(found[split]))
    limits = (
        "Limits: learnt from one protein in one assay; substitutions alone. Dark variants have one prediction, "
        "and their order is noise. Of a mutation that no training variant carries the model knows the prior alone."
    )
    return "\n".join(("## models/gfp/global_epistasis", "", *_table(rows), "", limits))


def _gfp_rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "tested on", f"{found['n']:,} variants"
    yield "mean squared error", interval_of(found, "mse")
    yield "of the truth itself (noise)", _number(found["noise_mse"])
    yield "Spearman's ρ", interval_of(found, "spearman")
    for level, quality in found["intervals"].items():
        yield f"intervals of {float(level):.0%} hold", f"{quality['coverage']:.1%} of test variants"


def affinity_card(root: Path) -> str:
    """`models/affinity`: the fits that are served, of which the card names the best by validation."""
    if not (root / "metrics/affinity/evaluate.json").exists():
        return "## models/affinity\n\nNo model of the affinity study has been evaluated."
    best = read_metrics(root, "affinity/evaluate.json")["best"]
    rows: tuple[tuple[str, str], ...] = (("predicts", "pK of a protein and a small molecule, or KIBA scores"),)
    for source, splits in best.items():
        for split, found in splits.items():
            score = interval_of(found, "pearson")
            rows += (
                (f"{source}, {split.replace('_', ' ')}: r, test", f"{score} by {found['model'].replace('_', ' ')}"),
            )
    limits = (
        "Limits: each folder below is one model, fitted on the run `affinity.train.served`. Published splits flatter: "
        "where neither protein nor ligand has a relative in training, read the scores of the stricter splits. A "
        "score says nothing of how a molecule binds, or whether it reaches its protein in a cell."
    )
    return "\n".join(("## models/affinity", "", *_table(rows), "", limits))


def cellstate_card(root: Path) -> str:
    """`models/cellstate`: the fits of the first fold of the split by study."""
    if not (root / "metrics/cellstate/evaluate.json").exists():
        return "## models/cellstate\n\nNo model of the cellstate study has been evaluated."
    found = read_metrics(root, "cellstate/evaluate.json")
    best = found["models"][found["best"]["study"]]["study"]
    rows = (
        ("gives back", "log2(TPM + 1) of every gene of a sample, from all of its genes or from a part"),
        ("best by validation", words(found["best"]["study"])),
        ("centred R², held-out studies", interval_of(best, "centred")),
        ("hidden genes", interval_of(best, "hidden")),
    )
    limits = (
        "Limits: each folder below is one model, fitted without the studies of the first fold. It knows the conditions "
        "of its compendium; a sample of another kind comes back as the nearest thing that it knows."
    )
    return "\n".join(("## models/cellstate", "", *_table(rows), "", limits))


def design_card(root: Path) -> str:
    """`models/design`: fits of all measured genes, a folder a model and phenotype."""
    if not (root / "metrics/design/evaluate.json").exists():
        return "## models/design\n\nNo model of the design study has been evaluated."
    found = read_metrics(root, "design/evaluate.json")
    best = found["screened"][MAIN][main_model(found)]
    rows = (
        ("tells", "what the deletion of a gene does to a wanted phenotype, with the spread of a new measurement"),
        ("model of the scores", words(main_model(found))),
        ("r of betaxanthin, held-out genes", interval_of(best, "pearson")),
        ("hits among the 50 told highest", interval_of(best, "precision")),
        ("90 % intervals cover", f"{best['covered_90']:.1%}"),
    )
    limits = (
        "Limits: each folder is fitted on all measured genes, its scores are of fits of four fifths of them. It knows "
        "single deletions; a set of them is told as a sum. Most of what a deletion does is told by nothing here."
    )
    return "\n".join(("## models/design", "", *_table(rows), "", limits))


def _number(value: float | None) -> str:
    return "unknown" if value is None else number(value)


def write_cards(root: Path, origin: str) -> None:
    """Write the cards of all studies. origin: whether their data are simulated."""
    cards = [yeast_card(root), gfp_card(root), affinity_card(root), cellstate_card(root), design_card(root)]
    write_text(root / CARD, "\n".join([_HEAD.format(origin=origin), *(card + "\n" for card in cards)]))
