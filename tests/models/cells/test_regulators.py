"""Regulons over the measured genes, and the traps of decoupler 2.2, each tried and closed."""

import decoupler
import numpy as np
import pandas
import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.regulators import activities, inferred, regulons_of

RANDOM = np.random.default_rng(5)
GENES = [f"g{place}" for place in range(60)]


def table(rows):
    columns = zip(("regulator", "target", "sign"), zip(*rows, strict=True), strict=True)
    return pa.table({name: list(values) for name, values in columns})


ROWS = [
    *(("g0", f"g{place}", 1 if place % 3 else -1) for place in range(10, 20)),
    *(("B", f"g{place}", 1) for place in range(20, 30)),
    *(("tiny", f"g{place}", 1) for place in range(30, 33)),
    ("g0", "g0", 1),
    ("B", "elsewhere", 1),
    ("B", "g40", 0),
]
REGULONS = regulons_of(table(ROWS), GENES, 5)
VALUES = RANDOM.normal(0, 1, (4, 60))


def test_small_regulons_own_transcripts_and_unknown_signs_are_left_out_and_said():
    assert REGULONS.regulators == ("B", "g0")
    assert REGULONS.small == ("tiny",)
    assert REGULONS.own.tolist() == [-1, 0]
    assert REGULONS.signs[1, 0] == 0
    assert (REGULONS.signs != 0).sum(axis=1).tolist() == [10, 10]
    assert set(REGULONS.signs[1, 10:20]) == {1, -1}


def test_an_edge_that_stands_twice_and_another_organism_are_refused():
    with pytest.raises(KnockonError, match="stands twice"):
        regulons_of(table([*ROWS, ("g0", "g11", 1)]), GENES)
    with pytest.raises(KnockonError, match="same organism"):
        regulons_of(table(ROWS), ["ENSG1", "ENSG2"])


@pytest.mark.parametrize("method", ["ulm", "viper"])
def test_signs_are_weights_and_not_all_plus_one(method):
    found = activities(method, VALUES, REGULONS)
    assert found.shape == (4, 2)
    # Turned signs turn the activity: a net whose weights are lost would not notice.
    turned = activities(method, VALUES, regulons_of(table([(a, b, -c) for a, b, c in ROWS]), GENES, 5))
    np.testing.assert_allclose(turned, -found, atol=1e-6)
    moved = VALUES.copy()
    moved[:, REGULONS.signs[1] != 0] += 3 * REGULONS.signs[1][REGULONS.signs[1] != 0]
    assert (activities(method, moved, REGULONS)[:, 1] > found[:, 1] + 1).all()


def test_decoupler_still_takes_a_net_without_weight_for_plus_one():
    # The trap itself: should a version mend it, the guard may go.
    net = pandas.DataFrame({"source": "a", "target": GENES[10:20], "mor": [-1.0] * 10})
    frame = pandas.DataFrame(VALUES, columns=GENES)
    wrong = decoupler.mt.ulm(data=frame, net=net, tmin=1)[0]
    right = decoupler.mt.ulm(data=frame, net=net.rename(columns={"mor": "weight"}), tmin=1)[0]
    np.testing.assert_allclose(wrong.to_numpy(), -right.to_numpy(), atol=1e-9)


def test_the_genes_are_part_of_an_activity_and_others_are_refused():
    fewer = regulons_of(table(ROWS), GENES[:50], 5)
    # Genes outside the net change ULM, so that values must be of the regulons' own genes.
    assert not np.allclose(activities("ulm", VALUES[:, :50], fewer), activities("ulm", VALUES, REGULONS))
    with pytest.raises(KnockonError, match="60 genes"):
        activities("ulm", VALUES[:, :50], REGULONS)
    with pytest.raises(KnockonError, match="without holes"):
        activities("ulm", np.where(VALUES > 2, np.nan, VALUES) * np.nan, REGULONS)
    with pytest.raises(KnockonError, match="no method 'gsea'"):
        activities("gsea", VALUES, REGULONS)


def test_regulators_keep_their_order_though_decoupler_sorts():
    rows = [(f"r{number}", gene, 1) for number in (2, 10, 1) for gene in GENES[number * 5 : number * 5 + 5]]
    regulons = regulons_of(table(rows), GENES, 5)
    values = np.zeros((1, 60)) + RANDOM.normal(0, 0.01, (1, 60))
    values[0, 50:55] = 5
    assert regulons.regulators[int(np.argmax(activities("ulm", values, regulons)[0]))] == "r10"


def test_inferred_regulons_follow_the_transcript():
    samples = RANDOM.normal(0, 1, (80, 60))
    samples[:, 30:35] = samples[:, [3]] * np.array([1, 1, -1, 1, -1]) + RANDOM.normal(0, 0.2, (80, 5))
    found = inferred(samples, GENES, np.array([3, 4]), 5)
    assert found.signs[0, 30:35].tolist() == [1, 1, -1, 1, -1]
    assert (found.signs != 0).sum(axis=1).tolist() == [5, 5]
