from knockon.evaluation.representation_ranks import RANK_SCHEMA, rank_bars


def row(
    model: str, representation: str, aggregation: str, validation: float | None, spearman: float
) -> dict[str, object]:
    return {
        "model": model,
        "representation": representation,
        "aggregation": aggregation,
        "size": 10_000,
        "validation_pearson": validation,
        "spearman": spearman,
        "spearman_low": spearman - 0.01,
        "spearman_high": spearman + 0.01,
    }


def test_the_band_is_that_of_the_random_vectors_which_validation_prefers():
    rows = [
        row("svr_nystroem", "one_hot", "pert_sum", 0.4, 0.41),
        row("svr_nystroem", "random_10", "pert_sum", 0.1, 0.9),
        row("svr_nystroem", "random_100", "pert_sum", 0.3, 0.2),
        row("additive", "", "", None, 0.5),
    ]
    table = rank_bars(rows)
    assert table.schema == RANK_SCHEMA
    assert table["representation"].to_pylist() == ["one_hot", "random_10", "random_100"]
    assert set(table["panel"].to_pylist()) == {"svr, 10,000 experiments"}
    assert set(zip(table["random_low"].to_pylist(), table["random_high"].to_pylist(), strict=True)) == {(0.19, 0.21)}


def test_without_random_vectors_there_is_no_band():
    table = rank_bars([row("elastic_net", "one_hot", "pert_sum", None, 0.41)])
    assert table["random_low"].to_pylist() == [None]
