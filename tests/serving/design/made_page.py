"""A page of planted designs, with names that try to break out of it."""

from pathlib import Path

import numpy as np

from knockon.serving.design.charts import Cloud, Marks
from knockon.serving.design.designs import designs_of
from knockon.serving.design.evidence import Evidence, FluxNote, Groups, Likeness
from knockon.serving.design.page import Page
from knockon.serving.design.proposal import pareto_front, propose
from tests.serving.design.planted import ESSENTIAL, GENES, features, genome, growth, question, wanted

NASTY = "a </script><b>name</b> & a word"


def made_page(folder: Path, **changes) -> Page:
    asked, known, grown = question(batch=12, **changes), wanted(), growth(folder / "store")
    allowed = tuple(gene for gene in GENES if gene != ESSENTIAL)
    proposal = propose(asked, known, grown, genome(), allowed, {})
    groups = Groups(dict.fromkeys(GENES, (NASTY,)), {})
    fluxes = {gene: FluxNote("the yield of tyrosine rises by 12 %", True) for gene in GENES[2:4]}
    evidence = Evidence(
        "betaxanthin", "z-score", asked.maximise, known.measured, genome(), groups, Likeness(features()), fluxes
    )
    mean, fitness = proposal.told.mean, proposal.fitness.values
    return Page(
        question=asked,
        unit="z-score about the plate",
        source="a planted screen",
        cycle=2,
        designs=designs_of(proposal, asked, known, grown, genome(), evidence),
        cloud=Cloud(mean, fitness, pareto_front(mean, fitness, asked.maximise)),
        marks=Marks(float(np.median(known.measured.values)), proposal.best, asked.min_fitness),
        gain=proposal.batch.gain,
        candidates=proposal.candidates,
        measured=len(known.measured.values),
        best=(("TYR1Δ", 2.0, 0.1), (NASTY, 1.5, None)),
        notes=("one gene was left out", NASTY),
        simulated="The data are simulated: nothing here is a finding.",
        origin="Made at git revision abc of 2026-11-29.",
        command="knockon design --maximise betaxanthin",
    )
