"""A batch against brute force: the best sets that the constraints allow, none that was measured, and what stops one."""

from itertools import combinations

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.serving.design import pool, proposal
from knockon.serving.design.evidence import FluxNote
from knockon.serving.design.known import sets_of
from knockon.serving.design.proposal import pareto_front, propose
from tests.serving.design.planted import (
    EFFECTS,
    ESSENTIAL,
    GENES,
    Additive,
    genome,
    growth,
    question,
    wanted,
)

ALLOWED = tuple(gene for gene in GENES if gene != ESSENTIAL)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    return growth(tmp_path_factory.mktemp("proposal") / "store")


def ask(grown, allowed=ALLOWED, complexes=None, model=None, **changes):
    return propose(question(**changes), wanted(model), grown, genome(), allowed, complexes or {})


def value(genes):
    return sum(EFFECTS[GENES.index(gene)] for gene in genes)


def linked(genes, apart=15.0):
    known = genome()
    distances = [known.distance(one, two) for one, two in combinations(genes, 2)]
    return any(distance is not None and distance < apart for distance in distances)


@pytest.mark.parametrize("maximise", [True, False])
def test_the_greedy_batch_is_the_best_of_all_sets(grown, maximise):
    found = ask(grown, maximise=maximise, min_fitness=None, batch=12)
    known = set(sets_of(wanted().measured.strains))
    sets = [each for size in (1, 2) for each in combinations(ALLOWED, size) if each not in known and not linked(each)]
    best = sorted((value(each) for each in sets), reverse=maximise)[:2]
    picked = [sets_of(found.strains)[row] for row in found.batch.rows.tolist()]
    # The first two: later ones may share a gene with a quarter of the batch.
    assert [value(each) for each in picked[:2]] == pytest.approx(best)
    assert len(set(picked)) == 12
    assert not known & set(picked)
    assert not any(linked(each) for each in picked)


def test_three_knockouts_and_no_distance(grown):
    found = ask(grown, knockouts=3, min_distance=0.0, min_fitness=None)
    sets = [each for size in (1, 2, 3) for each in combinations(ALLOWED, size)]
    assert float(found.told.mean[found.batch.rows[0]]) == pytest.approx(max(value(each) for each in sets))


def test_every_strain_of_the_batch_grows_as_asked(grown):
    found = ask(grown, min_fitness=0.85)
    assert (found.growth[found.batch.rows] >= pool.FEASIBLE).all()
    assert (found.fitness.values[found.batch.rows] >= 0.85).all()
    assert found.growth.min() >= 0


def test_predicted_interactions_are_asked_for_the_pool_alone(tmp_path):
    asked = []

    def predict(pairs):
        asked.append(len(pairs))
        return np.full(len(pairs), -0.9), np.full(len(pairs), 0.01)

    with pytest.raises(KnockonError, match=r"--min-fitness 0.5: none of .* sets reaches it"):
        ask(growth(tmp_path / "store", predict), knockouts=2, min_fitness=0.5, allowed=ALLOWED[:3])
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"min_fitness": 1.5}, "--min-fitness 1.5: no gene that may be deleted leaves a strain near it; the fittest"),
        ({"allowed": ALLOWED[:2], "knockouts": 1}, "every single deletion that is allowed was measured already"),
        ({"allowed": (GENES[2],), "knockouts": 2}, "every strain that the constraints allow was measured already"),
        ({"min_fitness": 1.0}, "fitness of at least 1 is asked, the fittest set has 0.997"),
    ],
)
def test_an_impossible_constraint_is_named(grown, changes, said):
    with pytest.raises(KnockonError, match=said):
        ask(grown, **changes)


def test_fewer_strains_than_asked_for_are_said(grown):
    found = ask(grown, allowed=(GENES[2], GENES[30]), batch=5, min_fitness=None)
    assert sorted(sets_of(found.strains)) == [(GENES[2], GENES[30]), (GENES[30],)]
    assert len(found.batch.rows) == 2
    assert any("only 2 strains of 5 were found" in note for note in found.notes)
    assert any("stands in more than 25% of the batch" in note for note in found.notes)


def test_single_deletions_that_nobody_measured_are_ranked_alone(grown):
    found = ask(grown, knockouts=1, min_fitness=None, batch=3)
    best = sorted(GENES[30:], key=lambda gene: -value((gene,)))[:3]
    assert [sets_of(found.strains)[row] for row in found.batch.rows.tolist()] == [(gene,) for gene in best]


def test_one_gene_is_in_no_more_than_a_quarter_of_a_batch(grown):
    found = ask(grown, min_fitness=None, batch=8)
    picked = [sets_of(found.strains)[row] for row in found.batch.rows.tolist()]
    assert max(sum(gene in each for each in picked) for gene in GENES) <= 2


def test_genes_of_one_complex_share_its_part_of_the_batch(grown):
    best = sorted(ALLOWED, key=lambda gene: value((gene,)))[-6:]
    found = ask(grown, min_fitness=None, batch=8, complexes=dict.fromkeys(best, 3))
    picked = [sets_of(found.strains)[row] for row in found.batch.rows.tolist()]
    assert sum(bool(set(best) & set(each)) for each in picked) <= 2


def test_only_the_best_genes_of_many_are_combined_and_that_is_said(grown, monkeypatch):
    monkeypatch.setattr(pool, "CANDIDATES", 10)
    found = ask(grown, min_fitness=None)
    assert found.candidates == 10
    assert set(found.strains.genes) == set(sorted(ALLOWED, key=lambda gene: value((gene,)))[-10:])
    assert any("of 39 genes the 10 of which the model hopes most" in note for note in found.notes)


@pytest.mark.parametrize("acquisition", ["greedy", "ucb", "thompson", "expected_improvement"])
def test_equal_questions_give_equal_batches(grown, acquisition):
    first, again = (ask(grown, acquisition=acquisition, seed=7) for _ in range(2))
    assert first.batch.rows.tolist() == again.batch.rows.tolist()
    assert first.batch.expected_best.tobytes() == again.batch.expected_best.tobytes()


def test_expected_best_is_in_the_unit_and_direction_of_the_phenotype(grown):
    up, down = ask(grown, min_fitness=None), ask(grown, maximise=False, min_fitness=None)
    assert (np.diff(up.batch.expected_best) >= 0).all()
    assert (np.diff(down.batch.expected_best) <= 0).all()
    assert down.best == pytest.approx(EFFECTS[:30].min())


def test_a_model_that_was_shown_sets_is_asked_for_pairs(grown):
    singles = Additive()
    ask(grown, model=singles, min_fitness=None)
    shown = wanted(Additive())
    measured = shown.measured
    from dataclasses import replace

    from knockon.models.designs.protocol import Measured
    from knockon.serving.design.known import strains_over

    sets = [*sets_of(measured.strains), (GENES[31], GENES[33])]
    more = Measured(strains_over(GENES, sets), np.append(measured.values, 0.0), np.append(measured.errors, 0.1))
    told = replace(shown, measured=more)
    propose(question(min_fitness=None), told, grown, genome(), ALLOWED, {})
    assert told.model.asked > singles.asked + 39 * 38 / 2


class Killing:
    """A metabolic model in which these sets stop growth together. asked: all sets that it was asked about, by call."""

    def __init__(self, dead=()):
        self.dead, self.asked = set(dead), []

    def __call__(self, sets):
        self.asked.append(list(sets))
        return {genes: FluxNote("told", None, dead=genes in self.dead) for genes in sets if len(genes) > 1}

    def said(self):
        return ("asked",)


def with_model(grown, model, **changes):
    return propose(question(**changes), wanted(), grown, genome(), ALLOWED, {}, model)


def picked_sets(found):
    return [sets_of(found.strains)[row] for row in found.batch.rows.tolist()]


def test_the_metabolic_model_is_asked_before_the_batch_is_picked_and_what_it_kills_is_not_proposed(grown, monkeypatch):
    free = with_model(grown, Killing())
    killing = Killing(picked_sets(free)[:2])
    found = with_model(grown, killing)
    assert not set(picked_sets(found)) & killing.dead
    assert len(killing.asked[0]) == min(800, len(free.growth))
    assert "asked" in found.notes
    assert any("2 sets of which the metabolic model says that they do not grow" in note for note in found.notes)
    assert all(found.fluxes[genes].text == "told" for genes in picked_sets(found) if len(genes) > 1)
    # Where it is asked about the batch alone, what it kills there is picked again.
    monkeypatch.setattr(proposal, "ASKED", 0)
    again = with_model(grown, Killing(killing.dead))
    assert picked_sets(again) == picked_sets(found)


def test_a_strain_that_hardly_grows_is_not_proposed_though_nothing_is_asked(grown, monkeypatch):
    found = ask(grown, min_fitness=None, knockouts=3)
    assert (found.fitness.values[found.batch.rows] >= 0.2).all()
    monkeypatch.setattr(proposal, "VIABLE", 3.0)
    with pytest.raises(KnockonError, match="fitness of 3, without which there is no colony: none of"):
        ask(grown, min_fitness=None)


def test_the_front_is_what_no_other_beats_in_both():
    random = np.random.default_rng(3)
    mean, fitness = random.normal(size=200), random.normal(size=200)
    for maximise in (True, False):
        sign = 1 if maximise else -1
        expected = {
            row for row in range(200) if not ((sign * mean > sign * mean[row]) & (fitness > fitness[row])).any()
        }
        assert set(pareto_front(mean, fitness, maximise).tolist()) == expected
