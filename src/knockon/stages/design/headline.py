"""What an experiment of the design study is compared by: a few flat numbers for DVC, and one sentence for people."""

from collections.abc import Mapping
from typing import Any

from knockon.evaluation.table import number, with_interval

MAIN = "betaxanthin"
"""The phenotype that counts."""


def main_model(found: Mapping[str, Any]) -> str:
    """The model of the headline: the blend, which weighs its members on training genes alone, else the last."""
    models = list(found["screened"][MAIN])
    return "blend" if "blend" in models else models[-1]


def headline_scores(found: Mapping[str, Any]) -> dict[str, float | None]:
    """The columns of `dvc exp show`: of held-out genes."""
    best = found["screened"][MAIN][main_model(found)]
    return {"design_r": best["pearson"], "design_p50": best["precision"]}


def sentence(found: Mapping[str, Any]) -> str:
    """The same, as the last line of an experiment."""
    model = main_model(found)
    best, near = found["screened"][MAIN][model], found["screened"][MAIN].get("nearest", {})
    r = with_interval(best["pearson"], best["pearson_low"], best["pearson_high"])
    share = with_interval(best["precision"], best["precision_low"], best["precision_high"])
    return (
        f"design: {model} tells {MAIN} of genes that nobody measured with r {r} (ceiling "
        f"{number(found['ceiling'][MAIN])}), and of the 50 told highest {share} are among the top 5 %; "
        f"by the nearest genes r {number(near.get('pearson'))} and {number(near.get('precision'))}."
    )
