"""In which order stages may run, and which beside each other."""

from pathlib import Path

from dvc.repo import Repo

from knockon.commands.plan import Plan, needs_of, study_of, urgency


def needs(**listed: str) -> dict[str, frozenset[str]]:
    return {stage: frozenset(text.split()) for stage, text in listed.items()}


TWO = needs(
    code="",
    gfp_train="code",
    yeast_compare="yeast_graph",
    yeast_graph="code",
    yeast_train="yeast_graph",
    yeast_evaluate="yeast_train",
    report="yeast_evaluate gfp_train yeast_compare",
)


def test_a_stage_waits_for_those_that_it_needs_and_no_other() -> None:
    plan = Plan(TWO, TWO)
    assert plan.next() == "code"
    assert plan.next() is None
    plan.finished("code")
    assert [plan.next(), plan.next(), plan.next()] == ["yeast_graph", "gfp_train", None]
    plan.finished("yeast_graph")
    assert [plan.next(), plan.next(), plan.next()] == ["yeast_train", "yeast_compare", None]


def test_the_stage_that_most_waits_on_comes_first() -> None:
    """The longest chain is begun before the short ones, so that no processor idles at its end."""
    assert urgency(TWO) == {
        "code": 4,
        "yeast_graph": 3,
        "yeast_train": 2,
        "yeast_evaluate": 1,
        "yeast_compare": 1,
        "gfp_train": 1,
        "report": 0,
    }


def test_a_plan_ends_when_all_is_done() -> None:
    plan, order = Plan(TWO, TWO), []
    while plan:
        stage = plan.next()
        assert stage is not None
        order.append(stage)
        plan.finished(stage)
    assert sorted(order) == sorted(TWO)
    assert all(order.index(needed) < order.index(stage) for stage, listed in TWO.items() for needed in listed)


def test_what_is_up_to_date_and_needs_nothing_that_is_not_is_done() -> None:
    plan = Plan(TWO, {"yeast_train"})
    assert plan.waiting == {"yeast_train", "yeast_evaluate", "report"}
    assert plan.next() == "yeast_train"
    assert not Plan(TWO, ())


def test_every_stage_of_the_repository_is_planned_by_what_dvc_says() -> None:
    """A stage of a matrix has a name of its own, such as gfp_train@additive."""
    with Repo(str(Path(__file__).parents[2])) as repo:
        read = needs_of(repo)
    assert {study_of(stage) for stage in read} >= {"code", "yeast", "gfp", "report"}
    assert "code" in read["yeast_graph"]
    assert max(urgency(read), key=urgency(read).__getitem__) == "code"
