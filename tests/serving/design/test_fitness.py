"""Fitness of sets against the formula written out, from a real record store."""

import numpy as np
import pytest

from knockon.dataset.aggregate import aggregate
from knockon.dataset.store import RecordStore, write_store
from knockon.serving.design.fitness import (
    as_sums,
    fitness_of,
    pair_effects,
    single_fitness,
    triple_spread,
    with_predicted,
)
from knockon.serving.design.known import strains_over
from tests.dataset.made_up import deleted, record, table
from tests.serving.design.planted import EPSILON, FITNESS, GENES, UNMEASURED, store


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return store(tmp_path_factory.mktemp("fitness") / "store")


def test_singles_are_measured_at_30_degrees_and_the_unmeasured_are_told(records):
    found = single_fitness(records, GENES, None)
    place = GENES.index(UNMEASURED)
    assert found.measured.tolist() == [gene != UNMEASURED for gene in GENES]
    assert np.delete(found.values, place) == pytest.approx(np.delete(FITNESS, place))
    assert found.values[0] == FITNESS[0], "what was measured at 26 °C does not count where 30 °C was"
    assert found.errors[1] == pytest.approx(0.02)
    assert found.values[place] == pytest.approx(np.median(np.delete(FITNESS, place)))
    told = single_fitness(records, GENES, (np.full(len(GENES), 0.5), np.full(len(GENES), 0.3)))
    assert (told.values[place], told.errors[place]) == (0.5, 0.3)
    assert told.values[1] == FITNESS[1]


def test_measured_pairs_are_symmetric_and_others_are_0_with_the_spread(records):
    found = pair_effects(records, GENES)
    for (one, two), value in EPSILON.items():
        cell = GENES.index(one), GENES.index(two)
        assert found.values[cell] == found.values[cell[::-1]] == pytest.approx(value)
        assert found.errors[cell] == pytest.approx(0.03)
        assert found.measured[cell]
    assert found.measured.sum() == 2 * len(EPSILON)
    assert found.errors[0, 1] == pytest.approx(np.std(list(EPSILON.values())))


def by_hand(genes, singles, epsilon):
    values = [FITNESS[GENES.index(gene)] if gene != UNMEASURED else None for gene in genes]
    total = float(np.prod(values))
    for one, first in enumerate(genes):
        for two in range(one + 1, len(genes)):
            rest = np.prod([value for place, value in enumerate(values) if place not in (one, two)])
            total += epsilon.get((first, genes[two]), 0.0) * float(rest)
    return total


def test_fitness_of_sets_is_the_product_and_the_interactions(records):
    singles, pairs = single_fitness(records, GENES, None), pair_effects(records, GENES)
    sets = [(), (GENES[2],), (GENES[2], GENES[3]), (GENES[0], GENES[2], GENES[3]), (GENES[6], GENES[7], GENES[8])]
    found = fitness_of(singles, pairs, strains_over(GENES, sets))
    assert found.values == pytest.approx([by_hand(each, FITNESS, EPSILON) for each in sets])
    assert found.product[2] == pytest.approx(FITNESS[2] * FITNESS[3])
    expected = (FITNESS[3] * 0.02) ** 2 + (FITNESS[2] * 0.02) ** 2 + 0.03**2
    assert found.deviations[2] == pytest.approx(expected**0.5)


def test_what_three_genes_do_together_widens_triples_alone(records, tmp_path):
    singles, pairs = single_fitness(records, GENES, None), pair_effects(records, GENES)
    strains = strains_over(GENES, [(GENES[2], GENES[3]), (GENES[0], GENES[2], GENES[3])])
    plain, wide = fitness_of(singles, pairs, strains), fitness_of(singles, pairs, strains, 0.3)
    assert wide.values.tolist() == plain.values.tolist()
    assert wide.deviations[0] == plain.deviations[0]
    assert wide.deviations[1] == pytest.approx(np.hypot(plain.deviations[1], 0.3))
    assert triple_spread(records) == 0.05
    rows = [
        record(deleted(*GENES[place : place + 3]), place, value=value, temperature=30.0)
        for place, value in enumerate((0.3, -0.4))
    ]
    write_store(tmp_path / "store", [aggregate(table(*rows))])
    assert triple_spread(RecordStore(tmp_path / "store")) == pytest.approx(np.sqrt(0.125))


def test_the_sum_that_sets_are_ranked_by_is_exact_up_to_two_genes(records):
    singles, pairs = single_fitness(records, GENES, None), pair_effects(records, GENES)
    strains = strains_over(GENES, [(GENES[2],), (GENES[2], GENES[3]), (GENES[0], GENES[11])])
    assert as_sums(singles, pairs).of(strains) == pytest.approx(fitness_of(singles, pairs, strains).values)


def test_only_what_was_not_measured_is_asked_of_the_model(records):
    pairs = pair_effects(records, GENES)
    asked = []

    def predict(wanted):
        asked.extend(wanted)
        return np.full(len(wanted), 0.07), np.full(len(wanted), 0.02)

    strains = strains_over(GENES, [(GENES[2], GENES[3]), (GENES[0], GENES[2], GENES[3]), (GENES[8],)])
    found = with_predicted(pairs, GENES, strains, predict)
    assert asked == [(GENES[0], GENES[2]), (GENES[0], GENES[3])]
    assert found.values[0, 2] == found.values[2, 0] == pytest.approx(0.07)
    assert found.errors[3, 0] == pytest.approx(0.02)
    assert found.values[2, 3] == pytest.approx(-0.4)
    assert pairs.values[0, 2] == 0, "what was read stays as it was"
