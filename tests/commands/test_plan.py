"""Which stages may run beside each other."""

from pathlib import Path

from knockon.commands.plan import Branch, phases, read_needs


def needs(**listed: str) -> dict[str, frozenset[str]]:
    return {stage: frozenset(text.split()) for stage, text in listed.items()}


TWO = needs(
    code="",
    yeast_graph="code",
    yeast_train="yeast_graph",
    yeast_compare="yeast_graph",
    gfp_train="code",
    report="yeast_train gfp_train",
)


def test_studies_run_side_by_side_between_the_stages_that_are_common() -> None:
    first, studies, last = phases(TWO)
    assert first == [Branch("first", ("code",))]
    assert studies == [
        Branch("yeast", ("yeast_graph", "yeast_train", "yeast_compare")),
        Branch("gfp", ("gfp_train",)),
    ]
    assert last == [Branch("last", ("report",))]


def test_studies_of_which_one_reads_from_another_are_one_branch() -> None:
    """Two processes that make and read one file at a time would be refused by DVC's lock on it."""
    read = {**TWO, **needs(design_genes="yeast_train", cells_train="code")}
    assert {branch.name for branch in phases(read)[1]} == {"design-yeast", "gfp", "cells"}


def test_a_stage_that_needs_the_last_ones_comes_with_them() -> None:
    read = {**TWO, **needs(yeast_poster="report")}
    assert phases(read)[-1] == [Branch("last", ("report", "yeast_poster"))]


def test_no_phase_is_empty() -> None:
    assert [[branch.name for branch in phase] for phase in phases(needs(gfp_train=""))] == [["gfp"]]


def test_every_stage_of_the_repository_is_in_one_branch() -> None:
    """DVC itself says what needs what; a stage of a matrix has a name of its own, such as gfp_train@additive."""
    read = read_needs(Path(__file__).parents[2])
    found = phases(read)
    assert sorted(stage for phase in found for branch in phase for stage in branch.stages) == sorted(read)
    assert {"yeast", "gfp"} in [{branch.name for branch in phase} for phase in found]
    assert "report" in found[-1][0].stages
