"""Labelled strains: the right rows, on the right side, with nothing of the test in what models learn from."""

import itertools

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.aggregate import aggregate
from knockon.dataset.splits import gene_split, pair_split, split_table
from knockon.dataset.store import RecordStore, write_store
from knockon.errors import KnockonError
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.strains.labelled import Label, _weights, labelled_strains
from knockon.models.strains.predicted import prediction_rows
from tests.dataset.made_up import deleted, record, table

GENES = tuple(f"Y{letter}L001W" for letter in "ABCDEFGHIJKLMNOPQRST")
LABEL = Label("interaction", ("screen",), 30.0)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    pairs = list(itertools.combinations(GENES, 2))
    records = [
        record(deleted(*pair), number, temperature=30.0, value=0.01 * number, standard_error=None, n=1)
        for number, pair in enumerate(pairs)
    ]
    records += [
        record(deleted(*pair), 1000 + number, temperature=26.0, value=9.0) for number, pair in enumerate(pairs[:20])
    ]
    records += [
        record(deleted(*pair), 2000 + number, temperature=30.0, dataset="other", media="YPD", value=1.9)
        for number, pair in enumerate(pairs[:20])
    ]
    records += [
        record(deleted(gene), 3000 + number, temperature=30.0, value=0.9 + 0.001 * number)
        for number, gene in enumerate(GENES)
    ]
    folder = tmp_path_factory.mktemp("store") / "store"
    write_store(folder, [aggregate(table(*records))])
    return RecordStore(folder)


def split(store, kind="pair"):
    genotypes = store.genotypes()
    if kind == "pair":
        sides = pair_split(store.groups, genotypes, {"train": 0.6, "validation": 0.2, "test": 0.2}, seed=1)
    else:
        sides, _ = gene_split(genotypes, {"validation": 0.15, "test": 0.2}, seed=2)
    return split_table(store.keys, store.groups, sides, genotypes)


def test_only_rows_of_the_label_its_datasets_and_its_temperature_are_taken(store):
    data = labelled_strains(store, split(store), GENES, LABEL, None, seed=1)
    assert len(data.keys) == len(GENES) * (len(GENES) - 1) // 2
    assert data.examples.values.max() < 1.9 + 1e-9
    assert 9.0 not in data.examples.values
    everything = labelled_strains(store, split(store), GENES, Label("interaction"), None, seed=1)
    assert len(everything.keys) == len(data.keys) + 40


def test_a_size_limits_training_and_validation_but_never_the_test(store):
    table_ = split(store)
    full = labelled_strains(store, table_, GENES, LABEL, None, seed=1)
    small = labelled_strains(store, table_, GENES, LABEL, 30, seed=1)
    smaller = labelled_strains(store, table_, GENES, LABEL, 10, seed=1)
    assert len(small.rows("train")) + len(small.rows("validation")) == 30
    assert (small.rows("test") == full.rows("test")).all()
    fitted = [set(np.concatenate([d.rows("train"), d.rows("validation")])) for d in (smaller, small)]
    assert fitted[0] < fitted[1]


def test_single_mutant_fitness_of_held_out_genes_is_not_given_away(store):
    table_ = split(store, "gene")
    data = labelled_strains(store, table_, GENES, LABEL, None, seed=1)
    known = {GENES[i] for i in data.part("train").genotypes.indices}
    given = {gene for gene, value in zip(GENES, data.examples.singles, strict=True) if np.isfinite(value)}
    assert given == known
    assert len(given) < len(GENES)


def test_seen_counts_the_genes_of_the_training_rows_in_use(store):
    data = labelled_strains(store, split(store, "gene"), GENES, LABEL, None, seed=1)
    trained = set(data.part("train").genotypes.indices)
    for row in data.rows("test")[:50]:
        genes = data.examples.genotypes.take(np.array([row])).indices
        assert data.seen[row] == len(trained & set(genes))


def test_weights_are_the_number_of_measurements_where_errors_are_unknown(store):
    data = labelled_strains(store, split(store), GENES, LABEL, None, seed=1)
    assert np.isnan(data.standard_error).all()
    assert data.examples.weights.mean() == pytest.approx(1.0)


ERRORS = np.array([0.1] * 10 + [0.2] * 9 + [np.nan] + [0.1, 50.0])
TRAIN = np.array([True] * 20 + [False] * 2)
ONCE = np.ones(22, dtype=np.int32)


def test_one_missing_error_costs_no_other_row_its_weight():
    """Weights are 1/(σ² + median), so those of .1 and .2 are as 2.5 to 1; the row without has the median variance."""
    weights = _weights(ERRORS, ONCE, TRAIN)
    assert weights[0] / weights[10] == pytest.approx((0.04 + 0.01) / (0.01 + 0.01))
    assert weights[19] == pytest.approx(weights[0])
    assert weights[TRAIN].mean() == pytest.approx(1)


def test_errors_that_few_training_rows_report_weigh_nothing():
    """Of ε two thirds of the rows report none, and the others' come from two values: r fell from .418 to .411."""
    few = np.where(np.arange(22) < 17, ERRORS, np.nan)
    counts = np.arange(1, 23, dtype=np.int32)
    assert _weights(few, counts, TRAIN) == pytest.approx(counts / counts[TRAIN].mean())


def test_no_error_of_a_test_row_moves_a_training_weight():
    others = np.where(TRAIN, ERRORS, 0.001)
    found = [_weights(errors, ONCE, TRAIN)[TRAIN] for errors in (ERRORS, others)]
    assert (found[0] == found[1]).all()


def test_a_row_without_an_error_weighs_by_its_measurements():
    errors = np.array([0.1] * 20 + [np.nan, np.nan])
    weights = _weights(errors, np.array([4] * 21 + [1], dtype=np.int32), np.ones(22, bool))
    assert weights[20] == pytest.approx(weights[0])
    assert weights[21] / weights[0] == pytest.approx((0.01 + 0.01) / (0.04 + 0.01))


@pytest.mark.parametrize("size", [10, 60])
def test_a_size_knows_the_singles_of_its_own_genes_alone(store, size):
    data = labelled_strains(store, split(store), GENES, LABEL, size, seed=1)
    perturbed = {GENES[gene] for gene in data.part("train").genotypes.indices}
    known = {gene for gene, value in zip(GENES, data.examples.singles, strict=True) if np.isfinite(value)}
    assert known == perturbed
    whole = labelled_strains(store, split(store), GENES, LABEL, None, seed=1)
    assert np.isfinite(whole.examples.singles).all()


def test_a_single_that_a_size_leaves_out_is_not_read_as_side_information(store):
    label = Label("fitness", (), 30.0)
    data = labelled_strains(store, split(store), GENES, label, 8, seed=1)
    alone = data.examples.genotypes.counts == 1
    inside = {GENES[gene] for gene in data.examples.genotypes.take(alone & (data.side == 0)).indices}
    known = {gene for gene, value in zip(GENES, data.examples.singles, strict=True) if np.isfinite(value)}
    assert 0 < len(inside) < len(GENES)
    assert known == inside


def test_strains_without_a_vector_are_left_out_and_counted(store):
    known = GENES[1:]
    data = labelled_strains(store, split(store), known, LABEL, None, seed=1)
    assert data.without_vector == len(GENES) - 1
    assert len(data.keys) == len(known) * (len(known) - 1) // 2


def test_a_split_of_another_dataset_is_refused(store):
    with pytest.raises(KnockonError, match="made from another dataset"):
        labelled_strains(store, split(store).slice(1), GENES, LABEL, None, seed=1)


def test_a_label_without_records_names_the_param(store):
    with pytest.raises(KnockonError, match=r"yeast\.dataset\.labels"):
        labelled_strains(store, split(store), GENES, Label("interaction", ("nobody",)), None, seed=1)


def test_predictions_carry_what_metrics_need(store):
    data = labelled_strains(store, split(store), GENES, LABEL, None, seed=1)
    rows = data.rows("test")
    predictions = prediction_rows(data, "test", "mean", "interaction", np.zeros(len(rows)))
    assert predictions.schema.equals(PREDICTION_SCHEMA)
    assert predictions["value"].to_pylist() == data.examples.values[rows].tolist()
    pairs = np.column_stack([predictions["unit_a"], predictions["unit_b"]])
    assert (pairs == data.examples.genotypes.take(rows).pairs()).all()
    with pytest.raises(ValueError, match="finite predictions"):
        prediction_rows(data, "test", "mean", "interaction", np.full(len(rows), np.nan))
    assert isinstance(predictions["standard_error"], pa.ChunkedArray)


def test_directions_of_a_pair_go_with_it_and_leave_with_other_datasets(store):
    """Half of the pairs tell their query; the mean over datasets counts; what is not measured is missing."""
    plain = labelled_strains(store, split(store), GENES, LABEL, None, seed=1)
    told = plain.keys[::2]
    directed = pa.table(
        {
            "key": np.concatenate([told, told[:3], np.array([12345], dtype=np.uint64)]),
            "forward": pa.array([*range(len(told)), 2.0, 3.0, 4.0, 9.0], pa.float64()),
            "reverse": pa.array([None] * len(told) + [7.0, None, None, 9.0], pa.float64()),
        }
    )
    data = labelled_strains(store, split(store), GENES, LABEL, None, seed=1, directed=directed)
    wanted = np.full((len(data.keys), 2), np.nan)
    wanted[::2, 0] = np.arange(len(told))
    wanted[:6:2, 0] = [1.0, 2.0, 3.0]
    wanted[0, 1] = 7.0
    np.testing.assert_array_equal(data.examples.directions, wanted)
    rows = data.rows("train")
    np.testing.assert_array_equal(data.part("train").directions, wanted[rows])
    assert plain.examples.directions is None
