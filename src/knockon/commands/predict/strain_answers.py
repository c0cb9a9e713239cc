"""What is told of a strain: the model's label, fitness where it follows from ε, what was measured, what is alike."""

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knockon.dataset.store import RecordStore
    from knockon.serving.gene_book import GeneBook
    from knockon.serving.measurements import Measurements
    from knockon.serving.yeast import Served

LEVEL = 0.9
"""Of the intervals."""
_NORMAL = 1.645
"""Standard errors on either side that hold 90 % of a normal distribution."""


@dataclass(frozen=True)
class Answer:
    """One phenotype of one strain, in the phenotype's unit; None where there is no such number."""

    genes: tuple[str, ...]
    phenotype: str
    predicted: float | None
    low: float | None
    high: float | None
    expected: float | None
    measured: float | None
    measured_error: float | None
    measured_in: str
    nearest: tuple[tuple[str, float, float], ...] = ()
    """Measured strains that are most alike: names, value, likeness 0 to 1."""


def answers(
    served: "Served",
    book: "GeneBook",
    store: "RecordStore",
    strains: list[list[str]],
    temperature: float | None,
    nearby: bool,
) -> list[Answer]:
    """Every phenotype of every strain: the model's label, and fitness of two or three genes where it follows from ε.

    nearby: whether measured strains that are alike are looked for.
    """
    from knockon.serving.levels import quantile_of
    from knockon.serving.measurements import Measurements

    measured = Measurements(store, temperature, [frozenset(genes) for genes in strains])
    quantile = quantile_of(served.errors.quantiles, LEVEL)
    told = _fitness_and_pairs if served.experiment.label == "interaction" else _label
    found = []
    for genes, predictions in zip(strains, told(served, measured, strains, quantile), strict=True):
        for phenotype, prediction in predictions.items():
            answer = _answer(measured, genes, phenotype, prediction)
            found.append(replace(answer, nearest=_nearest(served, book, measured, answer)) if nearby else answer)
    return found


@dataclass(frozen=True)
class Prediction:
    """What is told of one phenotype: value, half the width of its interval, what single mutants alone let expect."""

    value: float | None
    width: float
    expected: float | None


def _label(
    served: "Served", measured: "Measurements", strains: list[list[str]], quantile: float
) -> list[dict[str, Prediction]]:
    """The label alone; expected: the product of the single mutants' fitness."""
    found = []
    for genes, (value, width) in zip(strains, _with_widths(served, strains, quantile), strict=True):
        singles = [measured.single(gene) for gene in genes]
        known = [single[0] for single in singles if single is not None]
        product = prod(known) if len(known) == len(genes) else None
        found.append({served.experiment.label: Prediction(value, width, product)})
    return found


def _with_widths(served: "Served", strains: list[list[str]], quantile: float) -> list[tuple[float, float]]:
    """The label of each strain, and half the width of its interval; no model is asked about no strain."""
    if not strains:
        return []
    predicted, deviations = served.predict(strains)
    return list(zip(predicted.tolist(), (quantile * deviations).tolist(), strict=True))


def _fitness_and_pairs(
    served: "Served", measured: "Measurements", strains: list[list[str]], quantile: float
) -> list[dict[str, Prediction]]:
    """ε of pairs, and fitness of strains of up to three genes; of a single mutant there is nothing to predict."""
    from knockon.serving.strain_fitness import Single, pairs_of, strain_fitness

    asked = sorted({pair for genes in strains for pair in pairs_of(genes)})
    epsilon = dict(zip(asked, _with_widths(served, [list(pair) for pair in asked], quantile), strict=True))
    nothing = Prediction(None, 0.0, None)
    found = []
    for genes in strains:
        pairs, known = pairs_of(genes), [measured.single(gene) for gene in genes]
        fitness = nothing
        if pairs and None not in known:
            singles = [Single(value, _NORMAL * error) for value, error in filter(None, known)]
            interactions = [(genes.index(one), genes.index(two), *epsilon[one, two]) for one, two in pairs]
            whole = strain_fitness(singles, interactions)
            fitness = Prediction(whole.predicted, whole.width, whole.product)
        of_strain = {"fitness": fitness}
        if len(genes) == 2:
            of_strain = {"interaction": Prediction(*epsilon[pairs[0]], 0.0), **of_strain}
        found.append(of_strain)
    return found


def _answer(measured: "Measurements", genes: list[str], phenotype: str, told: Prediction) -> Answer:
    record = measured.of(phenotype, frozenset(genes))
    low = None if told.value is None else told.value - told.width
    high = None if told.value is None else told.value + told.width
    source = "" if record is None else str(record["dataset"]) + (" (computed)" if record["reconstructed"] else "")
    value, error = (None, None) if record is None else (float(record["value"]), record["standard_error"])
    return Answer(tuple(genes), phenotype, told.value, low, high, told.expected, value, error, source)


def _nearest(
    served: "Served", book: "GeneBook", measured: "Measurements", answer: Answer
) -> tuple[tuple[str, float, float], ...]:
    alike = measured.nearest(answer.phenotype, frozenset(answer.genes), served.genes, served.likeness)
    return tuple(
        (" ".join(sorted(book.standard[gene] for gene in genes)), value, likeness) for genes, value, likeness in alike
    )
