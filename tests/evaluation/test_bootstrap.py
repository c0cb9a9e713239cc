"""Weighted sums give the same intervals as resampled tables, in bounded memory, and intervals cover the truth."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from knockon.errors import KnockonError
from knockon.evaluation import bootstrap
from knockon.evaluation.bootstrap import Resampling, interval, replicates, resampled_weights
from knockon.evaluation.metrics import score
from knockon.evaluation.units import Units


def correlated(random: np.random.Generator, rows: int, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    values = random.normal(size=rows)
    return values, correlation * values + np.sqrt(1 - correlation**2) * random.normal(size=rows)


def pairs_of_genes(genes: int) -> np.ndarray:
    return np.column_stack(np.triu_indices(genes, 1)).astype(np.int32)


def units_of(kind: str, pairs: np.ndarray) -> Units | None:
    """The four ways to draw rows that each name two things."""
    return {
        "rows": None,
        "groups": Units.groups("first", pairs[:, 0]),
        "one namespace": Units(pairs, ("gene", "gene")),
        "two namespaces": Units(pairs, ("protein", "ligand")),
    }[kind]


KINDS = pytest.mark.parametrize("kind", ["rows", "groups", "one namespace", "two namespaces"])


def weights_of(units: Units | None, rows: int, replicates: int = 50) -> np.ndarray:
    return np.concatenate(list(resampled_weights(rows, units, Resampling(replicates, seed=4))))


def pearson_interval(values, predicted, units, seed, replicates_=300) -> tuple[float | None, float | None]:
    samples = replicates(values, predicted[:, None], units, Resampling(replicates_, seed=seed))[0]
    return interval(samples["pearson"], 0.95)


@KINDS
def test_weighted_sums_equal_scores_of_resampled_tables(kind):
    random = np.random.default_rng(0)
    pairs = pairs_of_genes(12)
    units = units_of(kind, pairs)
    values, predicted = correlated(random, len(pairs), 0.5)
    resampling = Resampling(replicates=20, seed=3)
    fast = replicates(5 + values, predicted[:, None], units, resampling)[0]
    weights = np.concatenate(list(resampled_weights(len(pairs), units, resampling))).astype(int)
    for number, counts in enumerate(weights):
        table = score(5 + np.repeat(values, counts), np.repeat(predicted, counts))
        assert fast["pearson"][number] == pytest.approx(table.pearson)
        assert fast["mse"][number] == pytest.approx(table.mse)
        assert fast["r2"][number] == pytest.approx(table.r2)
        ranks = [np.repeat(stats.rankdata(column), counts) for column in (values, predicted)]
        assert fast["spearman"][number] == pytest.approx(stats.pearsonr(*ranks).statistic)


def test_the_interval_of_r_agrees_with_scipy():
    values, predicted = correlated(np.random.default_rng(5), 300, 0.4)
    samples = replicates(values, predicted[:, None], None, Resampling(replicates=4000, seed=1))[0]
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
    low, high = interval(replicates(values, predicted[:, None], None, resampling)[0]["spearman"], 0.95)
    drawn = np.concatenate(list(resampled_weights(400, None, resampling))).astype(int)
    anew = [stats.spearmanr(np.repeat(values, counts), np.repeat(predicted, counts)).statistic for counts in drawn]
    assert (low, high) == pytest.approx(tuple(np.quantile(anew, [0.025, 0.975])), abs=0.015)


def test_gene_weights_are_products_and_a_single_mutant_counts_its_gene_once():
    weights = weights_of(Units(np.array([[7, 7], [7, 9], [9, 9], [3, 7]]), ("gene", "gene")), 4)
    seven, nine = weights[:, 0], weights[:, 2]
    assert (weights[:, 1] == seven * nine).all()
    three = 3 - seven - nine  # three genes are drawn in every replicate
    assert (weights[:, 3] == three * seven).all()


def test_the_same_id_in_two_namespaces_is_two_units():
    """Protein 5 and ligand 5 are drawn by themselves: the row (5, 5) is weighted by the product of two counts."""
    ids = np.array([[5, 5], [5, 6], [6, 5], [6, 6]])
    weights = weights_of(Units(ids, ("protein", "ligand")), 4, replicates=400)
    # Two of each are drawn, so each row of the 2 × 2 table holds its protein's count times 2.
    protein, ligand = weights[:, 0] + weights[:, 1], weights[:, 0] + weights[:, 2]
    assert (weights.sum(axis=1) == 4).all()
    assert (weights[:, 0] == protein * ligand / 4).all()
    assert abs(np.corrcoef(protein, ligand)[0, 1]) < 0.1
    of_one = weights_of(Units(ids, ("gene", "gene")), 4, replicates=400)
    assert (of_one[:, 0] + of_one[:, 3] == 2).all()


def test_rows_of_one_group_are_drawn_together():
    weights = weights_of(Units.groups("pair", np.array([9, 2, 9, 4, 2, 9])), 6)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 0] == weights[:, 5]).all()
    assert (weights[:, 1] == weights[:, 4]).all()
    assert (weights[:, 0] + weights[:, 1] + weights[:, 3] == 3).all()


def test_groups_of_one_row_each_are_drawn_exactly_as_rows_are():
    """So that no interval moves where every pair was measured once, whatever the numbers of the pairs."""
    ids = np.random.default_rng(0).permutation(100)
    assert (weights_of(Units.groups("pair", ids), 100) == weights_of(None, 100)).all()
    text = np.array([f"{number:03d}" for number in ids])
    assert (weights_of(Units(text, ("pair",)), 100) == weights_of(None, 100)).all()


@KINDS
def test_the_seed_fixes_every_digit_and_blocks_change_none(kind, monkeypatch):
    pairs = pairs_of_genes(10)
    units = units_of(kind, pairs)
    values, predicted = correlated(np.random.default_rng(0), len(pairs), 0.5)
    resampling = Resampling(replicates=40, seed=9)
    whole = replicates(values, predicted[:, None], units, resampling)[0]["pearson"]
    monkeypatch.setattr(bootstrap, "_BLOCK", 7 * len(pairs))
    monkeypatch.setattr(bootstrap, "_SLICE", 11)
    parts = replicates(values, predicted[:, None], units, resampling)[0]["pearson"]
    np.testing.assert_allclose(parts, whole, rtol=1e-12)
    other = replicates(values, predicted[:, None], units, Resampling(replicates=40, seed=10))[0]["pearson"]
    assert not np.allclose(other, whole)


@KINDS
def test_weights_come_in_blocks_of_bounded_size(kind, monkeypatch):
    pairs = pairs_of_genes(10)
    monkeypatch.setattr(bootstrap, "_BLOCK", 7 * len(pairs))
    blocks = list(resampled_weights(len(pairs), units_of(kind, pairs), Resampling(replicates=40)))
    assert [block.shape for block in blocks] == [(7, 45)] * 5 + [(5, 45)]


def test_memory_stays_bounded_whatever_the_number_of_replicates():
    values, predicted = correlated(np.random.default_rng(0), 50_000, 0.2)
    tracemalloc.start()
    replicates(values, predicted[:, None], None, Resampling(replicates=200))
    peak = tracemalloc.get_traced_memory()[1]  # of what Python and numpy asked for, whatever else the machine does
    tracemalloc.stop()
    assert peak < 300e6  # 200 resampled tables of two columns would be 160 MB, their products 880 MB


def test_models_share_the_weights_so_that_differences_are_paired():
    values, predicted = correlated(np.random.default_rng(0), 200, 0.4)
    both = np.column_stack([predicted, 2 * predicted + 1])
    first, second = replicates(values, both, None, Resampling(replicates=30))
    np.testing.assert_allclose(first["pearson"], second["pearson"])


def test_a_constant_prediction_and_a_constant_label():
    values = np.random.default_rng(0).normal(size=50)
    flat = replicates(values, np.full((50, 1), 0.1), None, Resampling(replicates=20))[0]
    assert (flat["pearson"] == 0).all()
    unlabelled = replicates(np.full(50, 0.1), values[:, None], None, Resampling(replicates=20))[0]
    assert interval(unlabelled["pearson"], 0.95) == (None, None)
    assert interval(unlabelled["r2"], 0.95) == (None, None)
    none = replicates(np.zeros(0), np.zeros((0, 1)), None, Resampling(replicates=20))[0]
    assert interval(none["mse"], 0.95) == (None, None)


def test_units_of_other_rows_and_an_empty_bootstrap_are_refused():
    with pytest.raises(ValueError, match="3 units for 4 rows"):
        next(resampled_weights(4, Units.groups("pair", np.arange(3)), Resampling()))
    with pytest.raises(KnockonError, match="at least one replicate"):
        Resampling(replicates=0)


def test_row_intervals_cover_the_true_correlation():
    covered = 0
    for seed in range(200):
        values, predicted = correlated(np.random.default_rng(seed), 150, 0.4)
        low, high = pearson_interval(values, predicted, None, seed)
        covered += low <= 0.4 <= high
    assert 0.90 <= covered / 200 <= 0.985


def test_intervals_of_rows_that_repeat_a_pair_cover_only_where_pairs_are_drawn():
    """Four rows a pair (alleles, temperatures), which share most of the label and of the prediction."""
    pair = np.repeat(np.arange(80), 4)
    units = Units.groups("pair", pair)
    truth = 0.4 / 1.2  # each column is a pair's part of variance 1 and a row's own part of variance 0.2
    hits = {"rows": 0, "pairs": 0}
    for seed in range(120):
        random = np.random.default_rng(seed)
        values, predicted = (part[pair] for part in correlated(random, 80, 0.4))
        values, predicted = (part + np.sqrt(0.2) * random.normal(size=320) for part in (values, predicted))
        for name, drawn in (("rows", None), ("pairs", units)):
            low, high = pearson_interval(values, predicted, drawn, seed, 150)
            hits[name] += low <= truth <= high
    assert 0.90 <= hits["pairs"] / 120 <= 0.985
    assert hits["rows"] / 120 <= 0.80


def test_gene_intervals_cover_where_rows_share_genes_and_row_intervals_do_not():
    """Held-out genes: label and prediction carry gene effects, so that the rows of one gene err together."""
    pairs = pairs_of_genes(40)
    truth = 0.5  # by construction: correlation of the gene effects, and no other part
    hits = {"rows": 0, "one namespace": 0}
    for seed in range(100):
        effects = np.column_stack(correlated(np.random.default_rng(seed), 40, truth))
        rows = effects[pairs[:, 0]] + effects[pairs[:, 1]]
        for kind in hits:
            low, high = pearson_interval(rows[:, 0], rows[:, 1], units_of(kind, pairs), seed)
            hits[kind] += low <= truth <= high
    assert hits["one namespace"] >= 87
    assert hits["rows"] <= 50


def test_intervals_of_two_namespaces_cover_where_rows_share_proteins_and_ligands():
    """20 proteins × 20 ligands numbered alike, with effects that have nothing to do with each other."""
    pairs = np.column_stack([column.ravel() for column in np.indices((20, 20))])
    truth, hits = 0.5, {"rows": 0, "two namespaces": 0}
    for seed in range(100):
        random = np.random.default_rng(seed)
        proteins, ligands = (np.column_stack(correlated(random, 20, truth)) for _ in range(2))
        rows = proteins[pairs[:, 0]] + ligands[pairs[:, 1]]
        for kind in hits:
            low, high = pearson_interval(rows[:, 0], rows[:, 1], units_of(kind, pairs), seed, 200)
            hits[kind] += low <= truth <= high
    assert hits["two namespaces"] >= 85
    assert hits["rows"] <= 50
