"""A question answered: the batch with its evidence, its table, and its page."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knockon.serving.design.charts import Cloud, Marks
from knockon.serving.design.cycle import Campaign
from knockon.serving.design.designs import Design, designs_of
from knockon.serving.design.evidence import Evidence, FluxNote, Groups, Likeness
from knockon.serving.design.genome import Genome
from knockon.serving.design.knowledge import complex_numbers
from knockon.serving.design.known import Growth, Wanted, sets_of
from knockon.serving.design.page import Page
from knockon.serving.design.proposal import AskModel, Proposal, pareto_front, propose
from knockon.serving.design.question import Allowed, Question

_BEST = 12
"""Measured strains that a page lists."""


@dataclass(frozen=True)
class Known:
    """All that a question is answered from. ask_model: of sets, None where there is no metabolic model. notes: what a
    person should know of it, a sentence each.
    """

    wanted: Wanted
    growth: Growth
    genome: Genome
    groups: Groups
    fluxes: Mapping[str, FluxNote]
    ask_model: AskModel | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What was proposed, the designs with their evidence, and all notes."""

    proposal: Proposal
    designs: tuple[Design, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """simulated: whose data are, a sentence, or empty. made: revision and date, a sentence. command: to do it again."""

    simulated: str
    made: str
    command: str


def answer(question: Question, known: Known, allowed: Allowed) -> Answer:
    """Propose, and say why. Raises KnockonError where a constraint leaves nothing, naming it."""
    wanted, growth = known.wanted, known.growth
    complexes = complex_numbers(known.groups)
    proposal = propose(question, wanted, growth, known.genome, allowed.genes, complexes, known.ask_model)
    evidence = Evidence(
        wanted.name,
        wanted.unit,
        question.maximise,
        wanted.measured,
        known.genome,
        known.groups,
        Likeness(wanted.features),
        known.fluxes,
    )
    designs = designs_of(proposal, question, wanted, growth, known.genome, evidence)
    return Answer(proposal, designs, (*known.notes, *allowed.notes, *proposal.notes))


def page_of(question: Question, known: Known, found: Answer, campaign: Campaign, origin: Origin) -> Page:
    """The page of an answer."""
    wanted, proposal = known.wanted, found.proposal
    mean, fitness = proposal.told.mean, proposal.fitness.values
    # The best first, which is what the page draws of a large pool.
    order = np.argsort(-mean if question.maximise else mean, kind="stable")
    mean, fitness = mean[order], fitness[order]
    return Page(
        question=question,
        unit=wanted.unit,
        source=wanted.source,
        cycle=campaign.number,
        designs=found.designs,
        cloud=Cloud(mean, fitness, pareto_front(mean, fitness, question.maximise)),
        marks=Marks(float(np.median(wanted.measured.values)), proposal.best, question.min_fitness),
        gain=proposal.batch.gain,
        candidates=proposal.candidates,
        measured=len(wanted.measured.values),
        best=_best(question, wanted, known.genome),
        notes=found.notes,
        simulated=origin.simulated,
        origin=origin.made,
        command=origin.command,
    )


def _best(question: Question, wanted: Wanted, genome: Genome) -> tuple[tuple[str, float, float | None], ...]:
    values, errors = wanted.measured.values, wanted.measured.errors
    order = np.argsort(-values if question.maximise else values, kind="stable")[:_BEST]
    sets = sets_of(wanted.measured.strains)
    return tuple(
        (
            genome.names(sets[row]) + (" (yours)" if wanted.own[row] else ""),
            float(values[row]),
            float(errors[row]) if np.isfinite(errors[row]) else None,
        )
        for row in order.tolist()
    )
