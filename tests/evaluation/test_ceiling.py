"""The ceiling is the correlation that the planted truth reaches, and its interval covers it."""

import numpy as np
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook
from scipy import stats

from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ceiling import (
    NO_CEILING,
    ceiling_at_constant_noise,
    ceiling_from_errors,
    ceiling_from_reciprocals,
    read_reciprocal,
    reciprocal_noise,
    reliability_by_strength,
    spearman_brown,
)

RESAMPLING = Resampling(replicates=300, seed=1)


def planted(seed: int, rows: int, truth: float = 0.08, noise: float = 0.1) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    signal = random.normal(0, truth, rows)
    return signal, signal + random.normal(0, noise, rows), signal + random.normal(0, noise, rows)


def test_noise_is_recovered_from_reciprocal_pairs():
    _, forward, reverse = planted(0, 20_000)
    noise = reciprocal_noise(forward, reverse)
    assert noise.variance == pytest.approx(0.01, rel=0.03)
    assert noise.reliability == pytest.approx(0.0064 / 0.0164, abs=0.02)


@pytest.mark.public
def test_reciprocal_pairs_of_the_metabolic_matrix_agree_as_measured_elsewhere(public_files):
    """r = 0.17 over all pairs, 0.42 / 0.54 / 0.5 where |ε| > 0.08 / 0.16 / 0.30 (issue 3, section 6)."""
    path = public_files / "yeast" / "digenic" / "costanzo2016_metabolic_eps_matrix.xlsx"
    cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    columns, rows = cells[0][1:], [line[0] for line in cells[1:]]
    matrix = np.array([line[1:] for line in cells[1:]], dtype=float)
    matrix[matrix == -1000] = np.nan
    both = sorted(set(rows) & set(columns))
    square = matrix[np.ix_([rows.index(gene) for gene in both], [columns.index(gene) for gene in both])]
    upper = np.triu_indices(len(both), 1)
    forward, reverse = square[upper], square.T[upper]
    known = np.isfinite(forward) & np.isfinite(reverse)
    found = reliability_by_strength(forward[known], reverse[known], [0.0, 0.08, 0.16, 0.30])
    assert known.sum() == 134_328
    assert [noise.reliability for _, noise in found] == pytest.approx([0.17, 0.42, 0.54, 0.54], abs=0.03)


@pytest.mark.parametrize("measurements", [1, 2, 4])
def test_the_ceiling_is_what_the_truth_itself_scores(measurements):
    _, forward, reverse = planted(0, 20_000)
    random = np.random.default_rng(7)
    truth = random.normal(0, 0.08, 20_000)
    label = truth + random.normal(0, 0.1 / np.sqrt(measurements), 20_000)
    counts = np.full(20_000, float(measurements))
    ceiling = ceiling_from_reciprocals(forward, reverse, label, counts, None, RESAMPLING)
    reached = stats.pearsonr(truth, label).statistic
    assert ceiling.value == pytest.approx(reached, abs=0.02)
    assert ceiling.low < reached < ceiling.high


def test_the_mean_of_both_directions_agrees_with_spearman_and_brown():
    """sqrt of the stepped-up reliability: the textbook form of the same ceiling."""
    _, forward, reverse = planted(3, 50_000)
    both = (forward + reverse) / 2
    ceiling = ceiling_from_reciprocals(forward, reverse, both, np.full(50_000, 2.0), None, RESAMPLING)
    reliability = reciprocal_noise(forward, reverse).reliability
    assert ceiling.value == pytest.approx(np.sqrt(spearman_brown(reliability, 2)), abs=1e-4)


def test_rows_of_different_numbers_of_measurements_share_one_ceiling():
    random = np.random.default_rng(5)
    _, forward, reverse = planted(4, 30_000)
    counts = random.integers(1, 5, 30_000).astype(float)
    truth = random.normal(0, 0.08, 30_000)
    label = truth + random.normal(size=30_000) * 0.1 / np.sqrt(counts)
    ceiling = ceiling_from_reciprocals(forward, reverse, label, counts, None, RESAMPLING)
    assert ceiling.value == pytest.approx(stats.pearsonr(truth, label).statistic, abs=0.02)


def test_the_ceiling_from_standard_errors_ignores_rows_without_one():
    random = np.random.default_rng(6)
    truth = random.normal(0, 0.1, 20_000)
    errors = random.uniform(0.02, 0.1, 20_000)
    label = truth + random.normal(size=20_000) * errors
    known = np.where(np.arange(20_000) % 2, errors, np.nan)
    ceiling = ceiling_from_errors(label, known, None, RESAMPLING)
    reached = stats.pearsonr(truth[1::2], label[1::2]).statistic
    assert ceiling.low < reached < ceiling.high
    assert ceiling.value == pytest.approx(reached, abs=0.01)
    assert ceiling_from_errors(label, np.full(20_000, np.nan), None, RESAMPLING) == NO_CEILING


def test_the_interval_covers_the_true_ceiling():
    true = np.sqrt(0.0064 / 0.0164)
    covered = 0
    for seed in range(100):
        _, forward, reverse = planted(seed, 400)
        label = planted(seed + 1000, 300)[1]
        resampling = Resampling(replicates=200, seed=seed)
        ceiling = ceiling_from_reciprocals(forward, reverse, label, np.ones(300), None, resampling)
        covered += ceiling.low <= true <= ceiling.high
    assert covered >= 88


def test_constant_noise_and_constant_reliability_agree_where_the_rows_are_like_the_pairs():
    _, forward, reverse = planted(8, 50_000)
    label = planted(9, 50_000)[1]
    ones = np.ones(50_000)
    ceiling = ceiling_from_reciprocals(forward, reverse, label, ones, None, RESAMPLING)
    constant = ceiling_at_constant_noise(reciprocal_noise(forward, reverse), label, ones)
    assert constant == pytest.approx(ceiling.value, abs=0.02)


def test_strains_that_vary_less_keep_their_ceiling_unless_the_noise_is_taken_to_be_constant():
    """Weaker strains with weaker noise: a constant noise variance would leave no truth at all."""
    _, forward, reverse = planted(10, 20_000)
    truth, label, _ = planted(11, 20_000, truth=0.04, noise=0.05)
    ones = np.ones(20_000)
    ceiling = ceiling_from_reciprocals(forward, reverse, label, ones, None, RESAMPLING)
    assert ceiling.value == pytest.approx(stats.pearsonr(truth, label).statistic, abs=0.02)
    assert ceiling_at_constant_noise(reciprocal_noise(forward, reverse), label, ones) == 0.0


def test_directions_that_disagree_give_zero_and_no_pairs_give_none():
    random = np.random.default_rng(0)
    values = random.normal(0, 0.01, 100)
    forward = random.normal(size=100)
    ones, none = np.ones(100), np.zeros(0)
    assert ceiling_from_reciprocals(forward, -forward, values, ones, None, RESAMPLING).value == 0.0
    assert ceiling_from_reciprocals(none, none, values, ones, None, RESAMPLING) == NO_CEILING
    assert ceiling_from_reciprocals(forward, forward, np.zeros(100), ones, None, RESAMPLING) == NO_CEILING
    assert reciprocal_noise(none, none).reliability is None
    assert ceiling_at_constant_noise(reciprocal_noise(none, none), values, ones) is None


def test_strong_pairs_agree_better_than_all_pairs_whichever_direction_comes_first():
    _, forward, reverse = planted(0, 20_000, truth=0.02, noise=0.03)
    (_, weak), (_, strong) = reliability_by_strength(forward, reverse, [0.0, 0.06])
    assert strong.pairs < weak.pairs
    assert strong.reliability > weak.reliability
    swapped = reliability_by_strength(reverse, forward, [0.06])[0][1]
    assert swapped.reliability == pytest.approx(strong.reliability)


def test_reciprocal_table_is_read_without_its_gaps_and_needs_its_columns():
    table = pa.table({"group": [1, 2, 3], "forward": [0.1, None, 0.3], "reverse": [0.2, 0.2, 0.1]})
    forward, reverse = read_reciprocal(table)
    assert forward.tolist() == [0.1, 0.3]
    assert reverse.tolist() == [0.2, 0.1]
    with pytest.raises(KnockonError, match="no column reverse"):
        read_reciprocal(table.drop_columns(["reverse"]))
