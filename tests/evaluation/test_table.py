"""The results table says the same at every width, and marks only what beats every baseline."""

import io

import pytest
from rich.console import Console

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import Settings, evaluate
from knockon.evaluation.table import Result, best_baseline, number, print_results, with_interval

GOOD = Result(
    "yeast", "interaction", "pair", "random forest · one hot", 34417, 0.27, 0.26, 0.28, 0.54, {"additive": 0.1}
)


def printed(results: list[Result], width: int, terminal: bool) -> str:
    file = io.StringIO()
    print_results(results, Console(file=file, width=width, force_terminal=terminal, color_system="standard"))
    return file.getvalue()


def test_a_result_takes_its_numbers_from_the_metrics(predictions_table):
    table = predictions_table(models=("svr", "additive", "mean"), rows=200)
    settings = Settings(
        "interaction",
        "svr",
        "one_hot",
        "pert_sum",
        9,
        resampling=Resampling(replicates=50),
        baselines=("mean", "additive"),
    )
    metrics = evaluate(table, None, settings)
    result = Result.of("yeast", "pair", metrics, {"additive": "gene effects", "random": "random vectors"})
    assert result.model == "svr · one hot · pert sum"
    assert (result.value, result.low, result.ceiling) == tuple(
        metrics[name] for name in ("pearson", "pearson_low", "ceiling_pearson")
    )
    assert best_baseline(result) == ("gene effects", metrics["additive_pearson"])
    assert result.baselines["random vectors"] is None


def test_only_an_interval_above_every_baseline_is_marked():
    assert GOOD.beats_baselines
    for baselines in ({"additive": 0.265}, {"additive": 0.1, "random": 0.3}, {"additive": None}, {}):
        assert not Result("yeast", "ε", "pair", "svr", 9, 0.27, 0.26, 0.28, None, baselines).beats_baselines


@pytest.mark.parametrize(("width", "terminal"), [(80, True), (200, True), (80, False)])
def test_numbers_are_whole_at_every_width(width, terminal):
    text = printed([GOOD], width, terminal)
    for part in ("0.270 [0.260, 0.280]", "34,417", "0.540", "0.100"):
        assert part in text
    if terminal:
        assert "the whole interval lies above every baseline" in text
    else:
        assert "\x1b[" not in text


def test_what_is_not_known_is_a_dash_and_names_are_no_markup():
    odd = Result("yeast", "[bold]x[/]", "pair", "[red]svr", 1, None)
    text = printed([odd], 200, False)
    assert "[red]svr" in text
    assert "[bold]x[/]" in text
    assert "–" in text


def test_numbers_for_people():
    assert number(-0.1234) == "−0.123"
    assert number(None) == "–"
    assert with_interval(0.5, None, 0.6) == "0.500"
