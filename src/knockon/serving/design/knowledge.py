"""What is known of genes besides the phenotype, read from the study's files for the sentences of designs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from knockon.arrays import Values
from knockon.errors import FormatError
from knockon.serving.design.evidence import Groups
from knockon.serving.design.fitness import Pairs, PredictPairs
from knockon.serving.yeast import Served

_MOST, _FEW = 60, 20
"""Genes of a pathway or complex, and of a term of the Gene Ontology, at most: a larger one in common says little."""


def read_groups(pathways: Path, complexes: Path, annotations: Path) -> Groups:
    """Groups of each gene, from tables with the columns gene and pathway, complex, or the name of a term.

    A table that is not there tells nothing. Raises FormatError where one is damaged.
    """
    return Groups(
        _groups(pathways, "pathway", _MOST), _groups(complexes, "complex", _MOST), _groups(annotations, "name", _FEW)
    )


def _groups(path: Path, name: str, most: int) -> dict[str, tuple[str, ...]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return {}
    try:
        table = pq.read_table(path, columns=[name, "gene"])
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FormatError(f"{path}: is damaged ({error}); run `dvc checkout`, or make it again") from error
    of_group: dict[str, set[str]] = {}
    for group, gene in zip(table[name].to_pylist(), table["gene"].to_pylist(), strict=True):
        if group:
            of_group.setdefault(str(group).strip('"'), set()).add(gene)
    found: dict[str, list[str]] = {}
    for group in sorted(group for group, genes in of_group.items() if 1 < len(genes) <= most):
        for gene in sorted(of_group[group]):
            found.setdefault(gene, []).append(group)
    return {gene: tuple(groups) for gene, groups in found.items()}


def complex_numbers(groups: Groups) -> dict[str, int]:
    """A number of each gene's complex, of several the first by name."""
    names = sorted({groups_of[0] for groups_of in groups.complexes.values()})
    number = {name: place for place, name in enumerate(names)}
    return {gene: number[groups_of[0]] for gene, groups_of in groups.complexes.items()}


def pair_predictor(served: Served, unknown: float) -> PredictPairs | None:
    """ε of pairs by a trained model, where ε is what it predicts; None otherwise.

    unknown: the deviation of a pair of which a gene is not known to the model; its ε is taken as 0.
    """
    if served.experiment.label != "interaction":
        return None
    known = frozenset(served.genes)

    def predict(pairs: Pairs) -> tuple[Values, Values]:
        mean, deviation = np.zeros(len(pairs)), np.full(len(pairs), unknown)
        rows = [row for row, pair in enumerate(pairs) if known.issuperset(pair)]
        if rows:
            mean[rows], deviation[rows] = served.predict([list(pairs[row]) for row in rows])
        return mean, deviation

    return predict


LoadPredictor = Callable[[float], PredictPairs | None]
"""Reads a trained model of ε; given the deviation of an ε that nobody knows."""
