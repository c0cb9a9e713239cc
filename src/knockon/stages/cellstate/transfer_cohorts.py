"""Pairs of a compendium and a cohort: studies of one compendium and the others; breast cancers and healthy tissues."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knockon.arrays import Matrix
from knockon.dataset.cellstate.splits import folds_by_group
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable, align
from knockon.sources.cellstate.hpa import read_hpa
from knockon.sources.cellstate.rdata import read_frame, read_rda_long
from knockon.sources.cellstate.scale import to_log2
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.cohorts import Brca

_HPA, _GTEX = "hpa", "hpa/rnaGtexTissue.rda"


@dataclass(frozen=True)
class Case:
    """cohort: its name. compendium, values: float32 (samples, genes) over the same genes, log2(level + 1), the
    compendium's about the mean of their source. sources: by sample of the compendium, held out together. samples:
    names of the cohort's. groups: replicates, which stay together. studies: what intervals draw.
    """

    cohort: str
    compendium: Matrix
    sources: tuple[str, ...]
    values: Matrix
    samples: tuple[str, ...]
    groups: tuple[str, ...]
    studies: tuple[str, ...]


def read_cases(cohorts: list[str], parts: int, level: float, seed: int) -> list[Case]:
    """Cases of `studies` (one a part) and of `brca`."""
    found = _of_studies(parts, seed) if "studies" in cohorts else []
    return [*found, _of_brca(level)] if "brca" in cohorts else found


def _of_studies(parts: int, seed: int) -> list[Case]:
    """Studies dealt to parts: each is a cohort, with the others as its compendium."""
    store = ExpressionStore(paths.STORE)
    values = np.asarray(store.values)
    named = {name: store.samples[name].to_pylist() for name in ("sample", "study", "condition", "strain", "deleted")}
    fold = folds_by_group(named["study"], parts, seed)
    keys = ("study", "condition", "strain", "deleted")
    groups = ["|".join(each) for each in zip(*(named[key] for key in keys), strict=True)]

    def taken(texts: list[str], mask: np.ndarray) -> tuple[str, ...]:
        return tuple(texts[row] for row in np.flatnonzero(mask))

    found = []
    for part in range(parts):
        own = fold == part
        known = values[~own]
        compendium = (known - np.nanmean(known, axis=0)).astype(np.float32)
        told = (taken(texts, own) for texts in (named["sample"], groups, named["study"]))
        found.append(Case("studies", compendium, taken(named["study"], ~own), values[own], *told))
    return found


def tissues(folder: Path) -> tuple[GeneTable, list[Expression]]:
    """GTEx's tissues, whose file also has every gene's symbol, and HPA's tissues, cell lines and blood cells."""
    frame = read_frame(folder / _GTEX)
    names = frame[["Gene", "Gene.name"]].drop_duplicates("Gene")
    symbols = dict(zip(names["Gene"].astype(str), names["Gene.name"].astype(str), strict=True))
    gtex = read_rda_long(folder / _GTEX, "Gene", "Tissue", "TPM", "linear")
    hpa = [
        read_hpa(folder / _HPA / f"RNAtable{name}.tsv.gz", folder / _HPA / f"labels_{name}.tsv")
        for name in ("Extended", "Blood")
    ]
    return GeneTable(list(symbols), symbols), [gtex, *hpa]


def _of_brca(level: float) -> Case:
    """TCGA's breast cancers, reads, from tissues in TPM and NX: levels of each source count from its own mean."""
    brca = Brca(paths.COHORTS, level)
    table, sources = tissues(paths.COMPENDIA)
    place = table.resolve(brca.genes).place
    # Two symbols of one gene would be one column twice.
    kept = np.flatnonzero((place >= 0) & (np.bincount(place[place >= 0], minlength=len(table))[place] == 1))
    parts, names = [], []
    for found, name in zip(sources, ("gtex", "hpa", "blood"), strict=True):
        log = to_log2(align(found, table, name).expression.values, found.scale)[:, place[kept]]
        with np.errstate(invalid="ignore"):
            mean = np.nan_to_num(np.nansum(log, axis=0) / np.isfinite(log).sum(axis=0))
        parts.append((log - mean).astype(np.float32))
        names += [f"{name} {sample}" for sample in found.samples]
    patients = tuple(brca.patients)
    values = brca.values[:, kept].astype(np.float32)
    return Case("brca", np.concatenate(parts), tuple(names), values, patients, patients, patients)
