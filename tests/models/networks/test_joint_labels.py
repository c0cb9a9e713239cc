"""Labels of several phenotypes in one table: each in its cell, missing where missing, every head of the same weight."""

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.networks.joint_labels import Head, joined, seen_in_training, usable

GENES = ("YA", "YB", "YC", "YD")


def head(name, sets, values, side=None, weights=None):
    indptr = np.concatenate([[0], np.cumsum([len(genes) for genes in sets])]).astype(np.int64)
    genotypes = Genotypes(GENES, indptr, np.array([gene for genes in sets for gene in genes], dtype=np.int32))
    values = np.array(values, dtype=np.float64)
    return Head(
        name,
        tuple(f"c{number}" for number in range(values.shape[1])),
        genotypes,
        values,
        np.ones(len(sets)) if weights is None else np.array(weights, dtype=np.float64),
        np.zeros(len(sets), dtype=np.int8) if side is None else np.array(side, dtype=np.int8),
        np.arange(len(sets), dtype=np.uint64),
    )


FITNESS = head("fitness", [(0,), (1,), (0, 1), (0,)], [[1.0], [2.0], [3.0], [4.0]])
SHAPE = head("shape", [(1,), (2,), (0,)], [[10.0, np.nan], [20.0, 21.0], [30.0, 31.0]])


def test_labels_of_the_same_genes_share_a_row_and_repeats_begin_another():
    """Held to a loop over rows: every label is once in the table, in a row of its genes."""
    found = joined([FITNESS, SHAPE], "train")
    rows = {}
    for row, genes in enumerate(np.split(found.genotypes.indices, found.genotypes.indptr[1:-1])):
        rows.setdefault(tuple(genes), []).append([None if np.isnan(v) else v for v in found.values[row]])
    assert {genes: sorted(held, key=str) for genes, held in rows.items()} == {
        (0,): [[1.0, 30.0, 31.0], [4.0, None, None]],
        (1,): [[2.0, 10.0, None]],
        (0, 1): [[3.0, None, None]],
        (2,): [[None, 20.0, 21.0]],
    }


def test_heads_weigh_alike_whatever_their_number_of_labels():
    found = joined([FITNESS, SHAPE], "train")
    assert (found.weights[np.isnan(found.values)] == 0).all()
    totals = [found.weights[:, :1].sum(), found.weights[:, 1:].sum()]
    assert totals[0] == pytest.approx(totals[1])
    assert found.weights[~np.isnan(found.values)].mean() == pytest.approx(1.0)


def test_without_balance_every_label_weighs_alike():
    found = joined([FITNESS, SHAPE], "train", balance=0.0)
    assert np.allclose(found.weights[~np.isnan(found.values)], 1.0)
    with pytest.raises(KnockonError, match="between 0"):
        joined([FITNESS, SHAPE], "train", balance=2.0)


def test_a_head_weighs_what_params_say_and_a_strain_its_precision():
    precise = head("fitness", [(0,), (1,)], [[1.0], [2.0]], weights=[3.0, 1.0])
    found = joined([precise, SHAPE], "train", {"fitness": 4.0})
    assert found.weights[:, 0].sum() == pytest.approx(4 * found.weights[:, 1:].sum())
    own = {row[0]: weight for row, weight in zip(found.values.tolist(), found.weights[:, 0].tolist(), strict=True)}
    assert own[1.0] == pytest.approx(3 * own[2.0])


def test_only_the_side_that_is_asked_for():
    sided = head("fitness", [(0,), (1,), (2,)], [[1.0], [2.0], [3.0]], side=[0, 1, -1])
    assert joined([sided], "train").values.tolist() == [[1.0]]
    assert joined([sided], "validation").values.tolist() == [[2.0]]
    assert len(joined([sided], "test")) == 0


def test_seen_counts_training_strains_of_every_head():
    train = head("fitness", [(0,), (3,)], [[1.0], [2.0]], side=[0, 2])
    strains = head("pairs", [(0, 1), (1, 2), (2, 3), (3,)], [[0.0]] * 4).genotypes
    assert seen_in_training([train, SHAPE], strains).tolist() == [2, 2, 1, 0]
    assert seen_in_training([train], strains).tolist() == [1, 0, 0, 0]


def test_components_that_training_strains_can_not_teach_are_left_out():
    values = [[1.0, 5.0, np.nan], [2.0, 5.0, np.nan], [3.0, 6.0, 1.0]]
    found = usable(head("shape", [(0,), (1,), (2,)], values, side=[0, 0, 2]))
    assert found.columns == ("shape/c0",)
    assert found.values.shape == (3, 1)


def test_a_head_without_training_labels_is_named():
    with pytest.raises(KnockonError, match="head 'shape' has no two different labels"):
        usable(head("shape", [(0,), (1,)], [[np.nan], [1.0]], side=[0, 2]))


def test_strains_of_four_genes_are_refused():
    with pytest.raises(KnockonError, match="more than 3"):
        joined([head("fitness", [(0, 1, 2, 3)], [[1.0]])], "train")
