"""Measured sets told as if their own measurement were unknown; triples come by their queries."""

import numpy as np
import pytest

from knockon.serving.design.fitness import kind_of
from knockon.serving.design.measured_sets import LEVEL, learnt, new_genes, new_strains, queries_of, told_sets
from tests.serving.design.grown import QUERIES, SHIFTS, SINGLES, grown_store
from tests.serving.design.planted import GENES


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    return {each.kind: each for each in told_sets(grown_store(tmp_path_factory.mktemp("grown") / "store"))}


@pytest.fixture(scope="module")
def doubles(sets):
    return sets[kind_of(2, False)]


@pytest.fixture(scope="module")
def triples(sets):
    return sets[kind_of(3, False)]


def test_a_double_is_told_as_the_product(doubles):
    assert len(doubles.values) == len(GENES) * (len(GENES) - 1) // 2
    assert doubles.fitness.values == pytest.approx(SINGLES[doubles.members].prod(axis=1))
    assert doubles.lowest == pytest.approx(SINGLES[doubles.members].min(axis=1))
    assert doubles.queries is None


def test_a_triple_is_told_from_pairs_and_belongs_to_its_query(triples):
    assert len(np.unique(triples.queries)) == len(QUERIES)
    for query in np.unique(triples.queries):
        members = triples.members[triples.queries == query]
        shared = set.intersection(*({*row} for row in members.tolist()))
        assert tuple(sorted(shared)) in QUERIES
    off = np.abs(triples.fitness.values - SINGLES[triples.members].prod(axis=1))
    assert 0 < off.max() < 0.2, "the measured ε of its pairs count"


def test_a_query_is_the_pair_that_most_triples_have():
    members = np.array([[5, 1, 3], [5, 3, 2], [0, 1, 2], [3, 4, 5]])
    found = queries_of(members)
    assert len(set(found[[0, 1, 3]].tolist())) == 1
    assert found[2] != found[0]


def test_errors_of_single_mutants_do_not_count_where_they_are_shared(doubles):
    errors = learnt(doubles)
    assert errors.share == 0.0
    low, high = errors.interval(doubles.fitness, LEVEL)
    assert (high - low).mean() == pytest.approx(2 * 1.645 * 0.03, rel=0.1)


@pytest.mark.parametrize("way", [new_genes, new_strains])
def test_doubles_that_were_not_seen_lie_in_their_intervals(doubles, way):
    held, rows = [], []
    for own, errors in way(doubles, 4, 1):
        low, high = errors.interval(doubles.fitness.take(own), LEVEL)
        held.append((doubles.values[own] >= low) & (doubles.values[own] <= high))
        rows.append(own)
    assert 0.87 < np.concatenate(held).mean() < 0.93
    assert set(np.concatenate(rows).tolist()) == set(range(len(doubles.values)))


def test_the_next_query_is_off_by_more_than_the_next_triple(triples):
    judged = dict(zip(SHIFTS, (None,) * len(SHIFTS), strict=True))
    for own, errors in new_genes(triples, 4, 1):
        low, high = errors.interval(triples.fitness.take(own), LEVEL)
        one, _ = QUERIES[[set(each) <= {*triples.members[own[0]].tolist()} for each in QUERIES].index(True)]
        judged[SHIFTS[one // 2]] = ((triples.values[own] >= low) & (triples.values[own] <= high)).mean()
    assert judged[0.0] > 0.95
    assert judged[-0.3] < 0.3, "what no other query showed is in no interval"
    within = learnt(triples).interval(triples.fitness, LEVEL)
    assert ((triples.values >= within[0]) & (triples.values <= within[1])).mean() > 0.87


def test_too_few_strains_are_no_kind(tmp_path):
    kinds = [each.kind for each in told_sets(grown_store(tmp_path / "store", triples=False))]
    assert kinds == [kind_of(2, False)]
