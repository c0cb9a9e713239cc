"""What an experiment of the affinity study is compared by: a few flat numbers for DVC, and one sentence for people."""

from typing import Any

from knockon.evaluation.table import number, with_interval


def scores(headlines: dict[str, Any], run: str) -> dict[str, float | None]:
    """The columns of `dvc exp show`: Pearson's r on the test of one run, `source/split`, with its interval.

    headlines: of evaluate.json, whose `best` is the model that validation chooses.
    """
    found = _best(headlines, run)
    return {"pk_r": found["pearson"], "pk_low": found["pearson_low"], "pk_high": found["pearson_high"]}


def sentence(headlines: dict[str, Any], run: str) -> str:
    """The same, as the last line of an experiment."""
    found = _best(headlines, run)
    score = with_interval(found["pearson"], found["pearson_low"], found["pearson_high"])
    source, _, split = run.partition("/")
    return (
        f"affinity, {source}, {split.replace('_', ' ')}: {found['model'].replace('_', ' ')}, which validation chooses, "
        f"has a test r of {score} and an MSE of {number(found['mse'])}."
    )


def _best(headlines: dict[str, Any], run: str) -> dict[str, Any]:
    source, _, split = run.partition("/")
    found: dict[str, Any] = headlines["best"][source][split]
    return found
