"""What speaks for a design and against it, in words that a biologist can check: sentences with their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.serving.design.genome import LINKED, Genome

_STRONG = 0.08
"""|ε| from which an interaction is called one: the usual cut-off of the screens (Costanzo et al. 2016)."""
_ASSUMED = "assumed"
_SICK = 0.9
_ALIKE = 0.3
"""Likeness below which a neighbour says nothing."""
_NEAREST = 3


@dataclass(frozen=True)
class Groups:
    """Names of the groups of each gene: pathways, complexes, terms of the Gene Ontology; each gene → names."""

    pathways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class FluxNote:
    """What the metabolic model says of deletions, ready to be read. helps: the phenotype, None: unknown. dead: together
    they stop growth, and none of them does alone.
    """

    text: str
    helps: bool | None
    dead: bool = False


@dataclass(frozen=True)
class Strain:
    """One strain and what is told of it; fitness: wild type = 1."""

    genes: tuple[str, ...]
    mean: float
    low: float
    high: float
    fitness: float
    viable: float
    """Probability that it has the least fitness."""


@dataclass(frozen=True)
class Single:
    """Fitness of a single deletion."""

    value: float
    error: float
    measured: bool


@dataclass(frozen=True)
class Pair:
    """ε of a pair. source: measured, predicted or assumed."""

    value: float
    error: float
    source: str


@dataclass(frozen=True)
class Sentences:
    """For a design, and against it."""

    pro: tuple[str, ...]
    contra: tuple[str, ...]


class Likeness:
    """Cosine between what is known of genes: features in units of their spread, what is unknown counts nothing."""

    def __init__(self, features: GeneFeatures) -> None:
        self.genes = features.genes
        self._place = {gene: number for number, gene in enumerate(features.genes)}
        self._unit = _unit_rows(features.values)

    def to(self, gene: str) -> Values:
        """Of a gene to all genes, float64 (genes,); zeros for one without features."""
        place = self._place.get(gene)
        if place is None:
            return np.zeros(len(self.genes))
        return np.asarray(self._unit @ self._unit[place], dtype=np.float64)


def _unit_rows(values: Matrix) -> Matrix:
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = values - np.nanmean(values, axis=0)
        scaled = np.nan_to_num(centred / np.nanstd(centred, axis=0), nan=0.0, posinf=0.0, neginf=0.0)
    # One feature that is far off would else be all that counts.
    scaled = np.clip(scaled, -4, 4)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(length > 0, length, 1), dtype=np.float32)


class Evidence:
    """Writes the sentences of designs of one phenotype."""

    def __init__(
        self,
        name: str,
        unit: str,
        maximise: bool,
        measured: Measured,
        genome: Genome,
        groups: Groups,
        likeness: Likeness,
        fluxes: Mapping[str, FluxNote],
    ) -> None:
        self._name, self._unit, self._maximise = name, unit, maximise
        self._genome, self._groups, self._likeness, self._fluxes = genome, groups, likeness, fluxes
        self._strains = _by_genes(measured.strains)
        self._measured = measured
        self._singles_alone = int(measured.strains.counts.max(initial=0)) < 2
        self._usual = float(np.median(measured.values))
        self._spread = float(np.std(measured.values))

    def of(
        self,
        strain: Strain,
        singles: Mapping[str, Single],
        pairs: Mapping[tuple[str, str], Pair],
        least: float | None,
        model: FluxNote | None = None,
    ) -> Sentences:
        """All that is known of one strain. model: what the metabolic model says of the whole set."""
        pro: list[str] = []
        contra: list[str] = []
        self._interval(strain, pro, contra)
        for gene in strain.genes:
            self._alone(gene, pro, contra)
        self._relatives(strain, pro, contra)
        if len(strain.genes) > 1 and self._singles_alone:
            contra.append("No strain of several deletions was measured: that their effects add up is an assumption.")
        self._growth(strain, singles, least, pro, contra)
        for pair in combinations(strain.genes, 2):
            self._pair(pair, pairs[pair], pro, contra)
        if unknown := [pair for pair in combinations(strain.genes, 2) if pairs[pair].source == _ASSUMED]:
            named = ", ".join(f"{self._delta(one)} and {self._delta(two)}" for one, two in unknown)
            error = pairs[unknown[0]].error
            contra.append(f"How {named} interact on growth is not known: ε is taken as 0 ± {error:.2f}.")
        for gene in strain.genes:
            if (note := self._fluxes.get(gene)) is not None:
                (contra if note.helps is False else pro).append(f"{self._delta(gene)}: {note.text}.")
        if model is not None:
            (contra if model.helps is False else pro).append(f"All deletions together: {model.text}.")
        return Sentences(tuple(pro), tuple(contra))

    def _interval(self, strain: Strain, pro: list[str], contra: list[str]) -> None:
        better = strain.low > self._usual if self._maximise else strain.high < self._usual
        where = "lies wholly on the wanted side of" if better else "holds"
        wrong = strain.high <= self._usual if self._maximise else strain.low >= self._usual
        where = "lies on the wrong side of" if wrong else where
        text = (
            f"Nine of ten new measurements of it are told to lie between {_n(strain.low)} and {_n(strain.high)} "
            f"{self._unit} (predicted {_n(strain.mean)}): that {where} the usual strain's {_n(self._usual)}."
        )
        (pro if better else contra).append(text)

    def _alone(self, gene: str, pro: list[str], contra: list[str]) -> None:
        row = self._strains.get((gene,))
        if row is None:
            contra.append(f"{self._delta(gene)} alone was never measured for {self._name}; {self._neighbours(gene)}.")
            return
        value, error = float(self._measured.values[row]), float(self._measured.errors[row])
        off = (value - self._usual) / self._spread if self._spread > 0 else 0.0
        good = off > 0 if self._maximise else off < 0
        better = self._measured.values > value if self._maximise else self._measured.values < value
        text = (
            f"{self._delta(gene)} alone was measured at {_with_error(value, error)} {self._unit}, {_spreads(off)} the "
            f"usual strain's {_n(self._usual)}: number {int(better.sum()) + 1:,} of {len(better):,} strains."
        )
        (pro if good else contra).append(text)

    def _neighbours(self, gene: str) -> str:
        """What is known of the genes most alike one that was not measured."""
        alike = self._likeness.to(gene)
        order = [
            self._likeness.genes[place] for place in np.argsort(-alike, kind="stable")[:50] if alike[place] > _ALIKE
        ]
        near = [other for other in order if other != gene and (other,) in self._strains][:_NEAREST]
        if not near:
            return "no measured gene is much like it"
        told = [f"{self._delta(other)} {_n(float(self._measured.values[self._strains[other,]]))}" for other in near]
        return f"the measured genes most like it: {', '.join(told)} {self._unit}"

    def _relatives(self, strain: Strain, pro: list[str], contra: list[str]) -> None:
        """Measured strains that share all genes but one, or hold one more."""
        if len(strain.genes) < 2:
            return
        own = set(strain.genes)
        near = [
            (genes, row)
            for genes, row in self._strains.items()
            if len(genes) > 1 and len(own & set(genes)) >= 2 and len(own ^ set(genes)) <= 2
        ]
        for genes, row in sorted(near, key=lambda each: (len(own ^ set(each[0])), each[0]))[:_NEAREST]:
            value = float(self._measured.values[row])
            good = value > self._usual if self._maximise else value < self._usual
            text = f"The measured strain {self._genome.names(genes)}, which is near, reached {_n(value)} {self._unit}."
            (pro if good else contra).append(text)

    def _growth(
        self, strain: Strain, singles: Mapping[str, Single], least: float | None, pro: list[str], contra: list[str]
    ) -> None:
        for gene in strain.genes:
            single = singles[gene]
            how = "measured" if single.measured else "not measured, predicted"
            value = _with_error(single.value, single.error)
            text = f"{self._delta(gene)} alone grows at {value} of the wild type ({how})."
            (contra if single.value < _SICK or not single.measured else pro).append(text)
        if least is not None:
            chance = f"it reaches {least:g} with a probability of {strain.viable:.2f}"
            text = f"Predicted fitness {strain.fitness:.3f}; {chance}."
            (pro if strain.viable >= 0.95 else contra).append(text)

    def _pair(self, pair: tuple[str, str], epsilon: Pair, pro: list[str], contra: list[str]) -> None:
        names = f"{self._delta(pair[0])} and {self._delta(pair[1])}"
        told = f"ε = {_with_error(epsilon.value, epsilon.error)} ({epsilon.source})"
        if epsilon.source != _ASSUMED and abs(epsilon.value) < _STRONG:
            pro.append(f"{names}: no interaction on growth, {told}.")
        elif epsilon.source != _ASSUMED:
            how = "worse" if epsilon.value < 0 else "better"
            side = contra if epsilon.value < 0 else pro
            side.append(f"{names} together grow {how} than the product of both, {told}.")
        known = (
            ("the complex", self._groups.complexes),
            ("the pathway", self._groups.pathways),
            ("", self._groups.terms),
        )
        for what, groups in known:
            if common := sorted(set(groups.get(pair[0], ())) & set(groups.get(pair[1], ()))):
                name = f"{what} {common[0]}".strip()
                contra.append(f"{names} are both of {name}: what they do may not add up.")
                break
        distance = self._genome.distance(*pair)
        if distance is not None and distance < LINKED:
            chromosome = self._genome.loci[pair[0]].chromosome
            contra.append(
                f"{names} lie {distance:.0f} kb apart on chromosome {chromosome}: linked, a cross rarely parts them."
            )

    def _delta(self, gene: str) -> str:
        return self._genome.names((gene,))


def _by_genes(strains: Genotypes) -> dict[tuple[str, ...], int]:
    """Row by genes."""
    names, ends = [strains.genes[place] for place in strains.indices.tolist()], strains.indptr.tolist()
    return {tuple(sorted(names[start:stop])): row for row, (start, stop) in enumerate(pairwise(ends))}


def _n(value: float) -> str:
    """A number of three figures or so, with a true minus sign."""
    text = f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "−")


def _with_error(value: float, error: float) -> str:
    return f"{_n(value)} ± {_n(error)}" if np.isfinite(error) else _n(value)


def _spreads(off: float) -> str:
    return f"{abs(off):.1f} spreads {'above' if off >= 0 else 'below'}"
