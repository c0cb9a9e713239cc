"""How far a laboratory's own phenotype can be told: its own table, five folds of its genes, baselines beside.

What a person asks before building strains of genes that nobody measured: is there anything to be learnt from mine?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knockon.arrays import Integers, Rows, Values
from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.wanted import without_covariates
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.wanted import TAKEN, Wanted, coverage_of, drawn_scores, hits_of, with_intervals
from knockon.models.designs.conformal import WIDTH
from knockon.models.designs.learner import dealt_by_name
from knockon.models.designs.of_genes import OfGenes
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.models.designs.registry import build
from knockon.sources.design.own_phenotype import OwnPhenotype

FEWEST = 24
"""Genotypes below which five folds leave too little to learn from and too little to judge by."""

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "mean": ("mean", {}),
    "fitness": ("ridge", {"features": ["fitness/t26", "fitness/t30"]}),
    "nearest": ("nearest", {}),
    "ridge": ("ridge", {}),
    "gp": ("gp", {"tuned": 600}),
    "boosted": ("boosted", {}),
    "blend": ("blend", {"members": {"nearest": {}, "ridge": {}, "gp": {"tuned": 600}, "boosted": {}}}),
}
"""Name → kind and settings. The first three are what a model must beat."""

# A block with a feature that agrees so well with the table, over so many genes, is the table.
_SAME, _SHARED = 0.95, 20


@dataclass(frozen=True)
class OwnStrains:
    """A table as models take it. measured: values after covariates were taken out. notes: what was done, for people."""

    measured: Measured
    features: GeneFeatures
    notes: list[str]


@dataclass(frozen=True)
class Evaluated:
    """Scores of one model. scores: r (pearson), spearman, AUROC of the top 5 %, precision of those told highest, each
    with _low and _high; covered_90, the share of values inside the 90 % interval.
    """

    model: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True)
class Evaluation:
    """genotypes: distinct. taken: how many of those told highest precision looks at; hits: how many are to be found."""

    genotypes: int
    taken: int
    hits: int
    models: tuple[Evaluated, ...]
    notes: list[str]


def own_strains(table: OwnPhenotype, features: GeneFeatures) -> OwnStrains:
    """Bring a table to models: covariates taken out, one genotype a row, and blocks that are the table left out.

    Raises KnockonError for too few genotypes.
    """
    notes = list(table.notes)
    values = table.values
    if table.covariates.shape[1]:
        values = without_covariates(values, table.covariates)
        share = 1 - float(values.var()) / max(float(table.values.var()), 1e-300)
        names = ", ".join(table.columns["covariates"])
        notes.append(f"{names}: taken out by a line, which had {share:.0%} of the values' variance")
    strains, values, errors = _one_a_genotype(table, values)
    place = {name: number for number, name in enumerate(features.genes)}
    if unknown := sorted({gene for genes in strains for gene in genes} - set(place)):
        notes.append(f"{len(unknown)} genes, such as {unknown[0]}, have no features; their strains are left out")
        kept = [number for number, genes in enumerate(strains) if all(gene in place for gene in genes)]
        strains, values, errors = [strains[each] for each in kept], values[kept], errors[kept]
    if len(strains) < FEWEST:
        raise KnockonError(
            f"the table has {len(strains)} genotypes that can be used; telling held-out genes needs at least {FEWEST}"
        )
    flat = np.array([place[gene] for genes in strains for gene in genes], dtype=np.int32)
    indptr = np.cumsum([0, *(len(genes) for genes in strains)]).astype(np.int64)
    measured = Measured(Genotypes(features.genes, indptr, flat), values, errors)
    own, told = _without_itself(measured, features)
    return OwnStrains(measured, own, notes + told)


def _one_a_genotype(table: OwnPhenotype, values: Values) -> tuple[list[tuple[str, ...]], Values, Values]:
    """Rows of one genotype as their mean; its error is that of a mean where all are known."""
    names = sorted(set(table.strains))
    number = {genes: place for place, genes in enumerate(names)}
    place = np.array([number[genes] for genes in table.strains])
    count = np.bincount(place)
    mean = np.bincount(place, weights=values) / count
    errors = np.sqrt(np.bincount(place, weights=table.errors**2)) / count
    return names, mean, errors


def _without_itself(measured: Measured, features: GeneFeatures) -> tuple[GeneFeatures, list[str]]:
    """Features without blocks of which one agrees with the table as only the same measurement does."""
    alone = measured.strains.counts == 1
    genes = measured.strains.indices[measured.strains.indptr[:-1][alone]]
    known, values = features.values[genes].astype(np.float64), measured.values[alone]
    found: dict[str, str] = {}
    for column, name in enumerate(features.names):
        both = np.isfinite(known[:, column])
        if both.sum() < _SHARED:
            continue
        # Of constant columns r is 0 or no number, which is no agreement.
        r = pearson(values[both], known[both, column])
        if abs(r) > _SAME:
            block = name.partition("/")[0]
            found.setdefault(block, f"{name} agrees with the table (r {r:.3f}): {block} is left out")
    return features.without(list(found)), list(found.values())


def folds_of(strains: Genotypes, folds: int, seed: int) -> Integers:
    """Fold of each strain by its genes, int64 (strains,): of single knock-outs a fold of genes."""
    ends = zip(strains.indptr[:-1].tolist(), strains.indptr[1:].tolist(), strict=True)
    texts = [" ".join(strains.genes[gene] for gene in strains.indices[a:b].tolist()) for a, b in ends]
    return dealt_by_name(texts, folds, seed)


def evaluated(
    own: OwnStrains,
    models: Sequence[str] = tuple(MODELS),
    folds: int = 5,
    seed: int = 1,
    resampling: Resampling | None = None,
) -> Evaluation:
    """Tell every strain by a fit of the other folds, and score it. Names of MODELS; others raise KnockonError."""
    if unknown := [name for name in models if name not in MODELS]:
        raise KnockonError(f"no model {unknown[0]!r}; the models are {', '.join(MODELS)}")
    resampling = resampling or Resampling(300)
    fold = folds_of(own.measured.strains, folds, seed)
    values = own.measured.values
    taken = TAKEN if len(values) >= 10 * TAKEN else max(5, len(values) // 10)
    found = []
    for name in models:
        kind, settings = MODELS[name]
        if kind == "ridge" and not set(settings.get("features", ())) <= set(own.features.names):
            continue
        told, deviation = _told(own, kind, settings, fold, seed)
        genes = Wanted(values, np.zeros(len(told)) if kind == "mean" else told, taken)
        scores = with_intervals(genes, drawn_scores(genes, resampling), resampling)
        found.append(Evaluated(name, scores | {"covered_90": coverage_of(values, told, deviation, WIDTH)}))
    return Evaluation(len(values), taken, int(hits_of(values).sum()), tuple(found), own.notes)


def _told(own: OwnStrains, kind: str, settings: Mapping[str, Any], fold: Integers, seed: int) -> tuple[Values, Values]:
    told, deviation = np.empty(len(fold)), np.empty(len(fold))
    for number in range(int(fold.max()) + 1):
        out: Rows = np.flatnonzero(fold == number)
        model: OfGenes = build(kind, settings)
        model.fit(own.measured.take(np.flatnonzero(fold != number)), own.features, seed)
        answer = model.predict(own.measured.take(out).strains)
        told[out], deviation[out] = answer.mean, answer.deviation
    return told, deviation
