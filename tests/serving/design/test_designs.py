"""Designs and their evidence: each sentence against what was planted."""

import csv
import io

import pytest

from knockon.serving.design.designs import COLUMNS, designs_of, rows_of
from knockon.serving.design.evidence import Evidence, FluxNote, Groups, Likeness, Pair, Single, Strain
from knockon.serving.design.proposal import propose
from tests.serving.design.planted import GENES, features, genome, growth, question, wanted

A, B, FAR = GENES[2], GENES[3], GENES[35]
GROUPS = Groups({A: ("tyrosine biosynthesis",), B: ("tyrosine biosynthesis",)}, {A: ("X",), B: ("Y",)})
FLUXES = {A: FluxNote("the model's yield of tyrosine rises by 12 %", True), B: FluxNote("growth stops", False)}


def evidence(maximise=True, **changes):
    plain = {"groups": GROUPS, "likeness": Likeness(features()), "fluxes": FLUXES, **changes}
    return Evidence("betaxanthin", "z-score", maximise, wanted().measured, genome(), **plain)


def said(genes, epsilon=None, maximise=True, least=0.8, viable=0.99, **told):
    numbers = {"mean": 5.0, "low": 4.0, "high": 6.0, "fitness": 0.95, **told}
    singles = {gene: Single(0.97, 0.02, True) for gene in genes}
    pairs = {} if len(genes) < 2 else {tuple(genes): epsilon or Pair(0.01, 0.02, "measured")}
    return evidence(maximise).of(Strain(tuple(genes), viable=viable, **numbers), singles, pairs, least)


def found(sentences, text):
    return [each for each in sentences if text in each]


def test_a_measured_single_stands_on_the_side_that_it_speaks_for():
    measured = wanted().measured
    best, worst = (GENES[int(row)] for row in (measured.values.argmax(), measured.values.argmin()))
    assert found(said([best]).pro, "alone was measured at")
    assert found(said([best]).pro, "number 1 of 30 strains")
    assert found(said([worst]).contra, "number 30 of 30 strains")
    assert found(said([worst], maximise=False, low=-6.0, high=-4.0, mean=-5.0).pro, "number 1 of 30 strains")


def test_an_unmeasured_single_is_told_with_the_genes_most_like_it():
    sentences = said([FAR])
    text = found(sentences.contra, "alone was never measured for betaxanthin")[0]
    assert "most like it" in text or "no measured gene is much like it" in text
    # Gene 4 was made like gene 2.
    alike = Likeness(features()).to(GENES[4])
    assert alike[2] == max(value for place, value in enumerate(alike) if place != 4)
    assert alike[4] == pytest.approx(1.0)


def test_interactions_and_common_groups_are_told():
    worse = said([A, B], Pair(-0.4, 0.03, "measured"))
    assert found(
        worse.contra, "TYR1Δ and ARO4Δ together grow worse than the product of both, ε = −0.400 ± 0.0300 (measured)"
    )
    assert found(worse.contra, "are both of the pathway tyrosine biosynthesis")
    assert not found(worse.contra, "of the complex")
    assert found(said([A, B], Pair(0.2, 0.03, "predicted")).pro, "grow better than")
    assert found(said([A, B], Pair(0.0, 0.04, "assumed")).contra, "is not known: ε is taken as 0 ± 0.04")
    assert found(said([A, B]).pro, "no interaction on growth, ε = 0.0100 ± 0.0200 (measured)")


def test_linkage_flux_growth_and_the_interval_are_told():
    sentences = said([A, B])
    assert found(sentences.contra, "lie 10 kb apart on chromosome I: linked")
    assert found(sentences.pro, "TYR1Δ: the model's yield of tyrosine rises by 12 %.")
    assert found(sentences.contra, "ARO4Δ: growth stops.")
    assert found(
        sentences.pro, "lie between 4.00 and 6.00 z-score (predicted 5.00): that lies wholly on the wanted side"
    )
    assert found(said([A], low=-3.0).contra, "that holds the usual strain's")
    assert found(said([A], low=-5.0, high=-4.0).contra, "on the wrong side")
    assert found(said([A], viable=0.85).contra, "it reaches 0.8 with a probability of 0.85")
    assert found(sentences.pro, "it reaches 0.8 with a probability of 0.99")
    assert not found((*said([A], least=None).pro, *said([A], least=None).contra), "with a probability")
    assert not found(said([A, FAR]).contra, "linked")


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    asked, known = question(), wanted()
    grown = growth(tmp_path_factory.mktemp("designs") / "store")
    allowed = tuple(gene for gene in GENES if gene not in genome().essential)
    proposal = propose(asked, known, grown, genome(), allowed, {})
    return proposal, designs_of(proposal, asked, known, grown, genome(), evidence())


def test_designs_hold_what_was_proposed(batch):
    proposal, designs = batch
    for rank, (row, design) in enumerate(zip(proposal.batch.rows.tolist(), designs, strict=True), 1):
        assert design.rank == rank
        assert design.predicted == proposal.told.mean[row]
        assert design.high - design.low == pytest.approx(2 * 1.6449 * 0.2)
        assert design.fitness == proposal.fitness.values[row]
        assert design.viable == proposal.growth[row]
        assert set(design.loci) == set(design.genes) == set(design.singles)
        assert design.linked == (design.distance is not None and design.distance < 50)
        assert design.pro
        assert len(design.pairs) == len(design.genes) * (len(design.genes) - 1) // 2


def test_the_table_has_stable_columns_and_blanks_for_the_laboratory(batch):
    designs = batch[1]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows_of(designs, "betaxanthin", "z-score"))
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [row["rank"] for row in rows] == [str(place) for place in range(1, len(designs) + 1)]
    for row, design in zip(rows, designs, strict=True):
        assert row["knockouts"].split(";") == list(design.genes)
        assert row["strain"] == design.strain
        assert (row["value"], row["error"], row["unit"]) == ("", "", "z-score")
        assert float(row["low"]) < float(row["predicted"]) < float(row["high"])
        assert (
            row["loci"].split(";")[0]
            == f"chr{design.loci[design.genes[0]].chromosome}:{design.loci[design.genes[0]].start}"
        )
        assert row["for"] == " ".join(design.pro)
