"""Sides of the splits; each leak test fails on a planted leak."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.affinity import leaks
from knockon.dataset.affinity.groups import fingerprints, words
from knockon.dataset.affinity.splits import (
    Rows,
    Shares,
    by_group,
    by_ids,
    cold_both,
    published,
    published_classes,
    unseen,
    without_near_ligands,
    without_relatives,
)
from knockon.errors import KnockonError
from knockon.hashing import mix

SHARES = Shares(validation=0.15, test=0.15, seed=1)


def rows(ligand, protein, parts=None):
    ligand, protein = np.asarray(ligand), np.asarray(protein)
    keys = [mix(values.astype(np.uint64) + np.uint64(shift)) for values, shift in ((ligand, 1000), (protein, 9000))]
    return Rows(ligand, protein, *keys, np.asarray(parts if parts is not None else [""] * len(ligand)))


def grid(ligands=40, proteins=30):
    """Every ligand with every protein."""
    return rows(np.repeat(np.arange(ligands), proteins), np.tile(np.arange(proteins), ligands))


def test_published_sides():
    parts = ["fold1", "fold4", "fold5", "test", "training", "validation", "test105", ""]
    sides = published(rows(range(8), range(8), parts), SHARES)
    assert sides.tolist() == ["train", "train", "validation", "test", "train", "validation", "", ""]


def test_where_nothing_is_published_for_validation_pairs_go_there_as_a_whole():
    ligand = np.repeat(np.arange(400), 2)
    found = rows(ligand, ligand % 7, ["train"] * 700 + ["test"] * 60 + ["kinase"] * 40)
    sides = published(found, SHARES)
    trained = sides[:700].reshape(-1, 2)
    assert (trained[:, 0] == trained[:, 1]).all()
    assert 0.08 < (sides[:700] == "validation").mean() < 0.22
    classes = published_classes(found, SHARES, ("kinase", "GPCR"))
    assert (classes[:700] == sides[:700]).all()
    assert (set(classes[700:760]), set(classes[760:])) == ({""}, {"test"})


def test_pairs_that_were_seen_are_left_out():
    parts = ["train", "validation", "test", "test", "test", "validation"]
    found = rows([0, 1, 0, 1, 2, 0], [0, 0, 0, 0, 0, 0], parts)
    sides = np.array(["train", "validation", "test", "test", "test", "validation"])
    assert leaks.shared_pairs(found, sides) == 2
    fresh = unseen(found, sides)
    assert fresh.tolist() == ["train", "validation", "", "", "test", ""]
    assert leaks.shared_pairs(found, fresh) == 0


def test_groups_stay_whole_and_big_ones_train():
    found = grid()
    groups = np.where(found.ligand < 15, 0, found.ligand)
    sides = by_group(groups, found.ligand_key, SHARES)
    assert leaks.shared_groups(groups, sides) == 0
    assert set(sides[groups == 0]) == {"train"}
    for side, share in (("test", 0.15), ("validation", 0.15)):
        assert abs((sides == side).mean() - share) < 0.05


def test_one_group_more_moves_few_others():
    found = grid()
    more = rows(np.append(found.ligand, 99), np.append(found.protein, 0))
    before, after = (by_group(each.ligand, each.ligand_key, SHARES) for each in (found, more))
    assert (before == after[:-1]).mean() > 0.9


def test_too_few_groups_are_one_error():
    found = grid(ligands=2)
    with pytest.raises(KnockonError, match="2 groups of 60 measurements can't fill train, validation and test"):
        by_group(found.ligand, found.ligand_key, SHARES)


def test_a_planted_leak_of_a_group_is_found():
    found = grid()
    sides = by_group(found.protein, found.protein_key, SHARES)
    assert leaks.shared_groups(found.protein, sides) == 0
    tested = found.protein == found.protein[sides == "test"][0]
    sides[np.flatnonzero(tested)[0]] = "train"
    assert leaks.shared_groups(found.protein, sides) == tested.sum() - 1


def test_both_cold():
    found = grid()
    sides = cold_both(found.ligand, found.protein, found, Shares(validation=0.2, test=0.3, seed=3))
    assert leaks.shared_groups(found.ligand, sides) == 0
    assert leaks.shared_groups(found.protein, sides) == 0
    assert all((sides == side).any() for side in ("train", "validation", "test", ""))
    # One training row of a tested ligand, with a protein that is not tested: the ligand is no longer new.
    ligand = found.ligand[sides == "test"][0]
    planted = sides.copy()
    planted[np.flatnonzero((found.ligand == ligand) & (sides == ""))[0]] = "train"
    assert leaks.shared_groups(found.ligand, planted) > 0


CHAIN = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVV"
NEAR = CHAIN[:60] + "WWWWWWWWWW"
FAR = CHAIN[:25] + "GSHWDNPQCVEYRTFMKLIAWHDENQPCGSYTRFMKLIAWCVEYR"
ALIEN = "GSHWDNPQCVEYRTFMKLIAWHDENQPCGSYTRFMKLIAWCVEYRPPGNDHEWSTKLVACYFMQ"


def test_relatives_of_what_is_tested_are_left_out_by_their_share():
    held = words(pa.array([CHAIN, NEAR, FAR, ALIEN]))
    found = rows([0, 1, 2, 3], [0, 1, 2, 3])
    sides = np.array(["test", "train", "validation", "train"])
    assert leaks.related_proteins(found, sides, held, 0.8) == 1
    strict = without_relatives(found, sides, held, 0.8)
    assert strict.tolist() == ["test", "", "validation", "train"]
    assert leaks.related_proteins(found, strict, held, 0.8) == 0
    # What is left is still a relative at the lower share: the check sees it.
    assert leaks.related_proteins(found, strict, held, 0.2) == 1
    assert without_relatives(found, sides, held, 0.2).tolist() == ["test", "", "", "train"]


def test_ligands_near_to_what_is_tested_are_left_out():
    bits = fingerprints(["CCCCCCO", "CCCCCCCO", "c1ccccc1N"])
    found = rows([0, 1, 2], [0, 1, 2])
    sides = np.array(["test", "train", "train"])
    assert leaks.similar_ligands(found, sides, bits, 0.5) == 1
    fresh = without_near_ligands(found, sides, bits, 0.5)
    assert fresh.tolist() == ["test", "", "train"]
    assert leaks.similar_ligands(found, fresh, bits, 0.5) == 0


def test_sides_by_lists_of_ids():
    names = pa.array(["a", "b", "c", "d"])
    masks = [np.array(mask, dtype=bool) for mask in ([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0])]
    assert by_ids(names, *masks).tolist() == ["train", "validation", "test", ""]
