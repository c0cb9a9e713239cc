"""Weighted sums give the same intervals as resampled tables, in bounded memory, and intervals cover the truth."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from knockon.errors import KnockonError
from knockon.evaluation import bootstrap
from knockon.evaluation.bootstrap import Resampling, interval, replicates, resampled_weights
from knockon.evaluation.metrics import score


def correlated(random: np.random.Generator, rows: int, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    values = random.normal(size=rows)
    return values, correlation * values + np.sqrt(1 - correlation**2) * random.normal(size=rows)


def pairs_of_genes(genes: int) -> np.ndarray:
    return np.column_stack(np.triu_indices(genes, 1)).astype(np.int32)


@pytest.mark.parametrize("unit", ["pairs", "genes"])
def test_weighted_sums_equal_scores_of_resampled_tables(unit):
    random = np.random.default_rng(0)
    units = pairs_of_genes(12)
    values, predicted = correlated(random, len(units), 0.5)
    resampling = Resampling(unit, replicates=20, seed=3)
    fast = replicates(5 + values, predicted[:, None], units, resampling)[0]
    weights = np.concatenate(list(resampled_weights(units, resampling))).astype(int)
    for number, counts in enumerate(weights):
        table = score(5 + np.repeat(values, counts), np.repeat(predicted, counts))
        assert fast["pearson"][number] == pytest.approx(table.pearson)
        assert fast["mse"][number] == pytest.approx(table.mse)
        assert fast["r2"][number] == pytest.approx(table.r2)
        ranks = [np.repeat(stats.rankdata(column), counts) for column in (values, predicted)]
        assert fast["spearman"][number] == pytest.approx(stats.pearsonr(*ranks).statistic)


def test_the_interval_of_r_agrees_with_scipy():
    values, predicted = correlated(np.random.default_rng(5), 300, 0.4)
    samples = replicates(values, predicted[:, None], pairs_of_genes(25), Resampling(replicates=4000, seed=1))[0]
    low, high = interval(samples["pearson"], 0.95)
    theirs = stats.bootstrap(
        (values, predicted),
        lambda y, p: stats.pearsonr(y, p).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_ranks_taken_once_give_nearly_the_interval_of_ranks_taken_anew():
    """The shortcut that the module states: ranks are not taken again in every replicate."""
    values, predicted = correlated(np.random.default_rng(6), 400, 0.3)
    resampling = Resampling(replicates=1500, seed=1)
    units = np.zeros((400, 2), dtype=np.int32)
    low, high = interval(replicates(values, predicted[:, None], units, resampling)[0]["spearman"], 0.95)
    drawn = np.concatenate(list(resampled_weights(units, resampling))).astype(int)
    anew = [stats.spearmanr(np.repeat(values, counts), np.repeat(predicted, counts)).statistic for counts in drawn]
    assert (low, high) == pytest.approx(tuple(np.quantile(anew, [0.025, 0.975])), abs=0.015)


def test_gene_weights_are_products_and_a_single_mutant_counts_its_gene_once():
    units = np.array([[7, 7], [7, 9], [9, 9], [3, 7]])
    weights = np.concatenate(list(resampled_weights(units, Resampling("genes", replicates=50))))
    seven, nine = weights[:, 0], weights[:, 2]
    assert (weights[:, 1] == seven * nine).all()
    three = 3 - seven - nine  # three genes are drawn in every replicate
    assert (weights[:, 3] == three * seven).all()


@pytest.mark.parametrize("unit", ["pairs", "genes"])
def test_the_seed_fixes_every_digit_and_blocks_change_none(unit, monkeypatch):
    units = pairs_of_genes(10)
    values, predicted = correlated(np.random.default_rng(0), len(units), 0.5)
    resampling = Resampling(unit, replicates=40, seed=9)
    whole = replicates(values, predicted[:, None], units, resampling)[0]["pearson"]
    monkeypatch.setattr(bootstrap, "_BLOCK", 7 * len(units))
    monkeypatch.setattr(bootstrap, "_SLICE", 11)
    parts = replicates(values, predicted[:, None], units, resampling)[0]["pearson"]
    np.testing.assert_allclose(parts, whole, rtol=1e-12)
    other = replicates(values, predicted[:, None], units, Resampling(unit, replicates=40, seed=10))[0]["pearson"]
    assert not np.allclose(other, whole)


def test_memory_stays_bounded_whatever_the_number_of_replicates():
    values, predicted = correlated(np.random.default_rng(0), 50_000, 0.2)
    units = np.zeros((50_000, 2), dtype=np.int32)
    tracemalloc.start()
    replicates(values, predicted[:, None], units, Resampling(replicates=200))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6  # 200 resampled tables of two columns would be 160 MB, their products 880 MB


def test_models_share_the_weights_so_that_differences_are_paired():
    values, predicted = correlated(np.random.default_rng(0), 200, 0.4)
    both = np.column_stack([predicted, 2 * predicted + 1])
    first, second = replicates(values, both, np.zeros((200, 2), dtype=np.int32), Resampling(replicates=30))
    np.testing.assert_allclose(first["pearson"], second["pearson"])


def test_a_constant_prediction_and_a_constant_label():
    values = np.random.default_rng(0).normal(size=50)
    units = np.zeros((50, 2), dtype=np.int32)
    flat = replicates(values, np.full((50, 1), 0.1), units, Resampling(replicates=20))[0]
    assert (flat["pearson"] == 0).all()
    unlabelled = replicates(np.full(50, 0.1), values[:, None], units, Resampling(replicates=20))[0]
    assert interval(unlabelled["pearson"], 0.95) == (None, None)
    assert interval(unlabelled["r2"], 0.95) == (None, None)
    none = replicates(np.zeros(0), np.zeros((0, 1)), np.zeros((0, 2), dtype=np.int32), Resampling(replicates=20))[0]
    assert interval(none["mse"], 0.95) == (None, None)


def test_a_wrong_unit_is_refused():
    with pytest.raises(KnockonError, match="choose one of pairs, genes"):
        Resampling("strains")


def test_pair_intervals_cover_the_true_correlation():
    covered = 0
    for seed in range(200):
        values, predicted = correlated(np.random.default_rng(seed), 150, 0.4)
        resampling = Resampling(replicates=300, seed=seed)
        samples = replicates(values, predicted[:, None], np.zeros((150, 2), dtype=np.int32), resampling)[0]
        low, high = interval(samples["pearson"], 0.95)
        covered += low <= 0.4 <= high
    assert 0.90 <= covered / 200 <= 0.985


def test_gene_intervals_cover_where_rows_share_genes_and_pair_intervals_do_not():
    """Held-out genes: label and prediction carry gene effects, so that the rows of one gene err together."""
    units = pairs_of_genes(40)
    truth = 0.5  # by construction: correlation of the gene effects, and no other part
    hits = {"pairs": 0, "genes": 0}
    for seed in range(100):
        effects = np.column_stack(correlated(np.random.default_rng(seed), 40, truth))
        rows = effects[units[:, 0]] + effects[units[:, 1]]
        for unit in hits:
            samples = replicates(rows[:, 0], rows[:, 1:], units, Resampling(unit, replicates=300, seed=seed))[0]
            low, high = interval(samples["pearson"], 0.95)
            hits[unit] += low <= truth <= high
    assert hits["genes"] >= 87
    assert hits["pairs"] <= 50
