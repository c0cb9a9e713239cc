"""Epistatic miniarray profiles (E-MAP): S-scores as a square table or as a list of pairs.

The S-score is a modified t statistic of observed against expected colony size (Collins et al. 2006, Genome Biology 7,
R63): it has no unit, and its spread is part of it.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.text import read_delimited, read_lines, to_float
from knockon.sources.yeast.measurements import RowChecks, with_not_measured
from knockon.sources.yeast.sga_names import Perturbations


def read_emap_matrix(path: Path) -> ReadResult:
    """Read a square or rectangular table of S-scores (tab, names in the first line and column) into MEASUREMENT_SCHEMA.

    Rows are queries, columns arrays. Where rows and columns carry the same names, a score that stands on both sides of
    the diagonal with one value is one measurement and given once (its upper cell: the source averaged the two
    directions); unequal values of the two sides are two measurements. Blank cells are not measured: they give no row
    and are counted, a blank pair of a square table once.

    A plain name is a deletion. `YAL043C - DAMP` is a DAmP allele, `X - y` the allele y. Files in which the allele was
    overwritten by the gene (`YAL043C - YAL043C`) leave its kind unknown; several such alleles of one gene are told
    apart by their order ("variant 1", "variant 2").
    """
    names, lines, cells = _read_table(path)
    header, rows = names
    values, bad = to_float(cells)
    shape = (len(rows), len(header))
    scores = values.to_numpy(zero_copy_only=False).reshape(shape)
    wrong = bad.to_numpy(zero_copy_only=False).reshape(shape)
    _refuse_labels(path, header, rows, scores, wrong)
    chosen = np.isfinite(scores) | wrong
    blank = int(np.count_nonzero(~chosen))
    if sorted(rows) == sorted(header):
        # As after clustering: the columns in the order of the rows, the alleles of one name in their order.
        order = np.empty(len(rows), dtype=np.int64)
        order[np.argsort(rows, kind="stable")] = np.argsort(header, kind="stable")
        scores, wrong, chosen, header = scores[:, order], wrong[:, order], chosen[:, order], rows
        blank = int(np.count_nonzero(np.triu(~(chosen | chosen.T), k=1)))
        chosen &= ~(np.tri(len(rows), k=-1, dtype=bool) & (scores == scores.T))
    result = _select_cells(path, lines, (_strains(rows), _strains(header)), scores, chosen, wrong)
    return ReadResult(with_not_measured(result.table, blank), result.rejects)


def _select_cells(
    path: Path,
    lines: NDArray[np.int64],
    strains: tuple[Perturbations, Perturbations],
    scores: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    wrong: NDArray[np.bool_],
) -> ReadResult:
    row, position = np.nonzero(chosen)
    checks = RowChecks(path, pa.array(lines[row]))
    query, array = (
        {name: values.take(pa.array(index)) for name, values in side.columns(letter).items()}
        for side, letter, index in zip(strains, "ab", (row, position), strict=True)
    )
    shown = pc.binary_join_element_wise(query["strain_a"], array["strain_b"], " × ")
    checks.refuse(wrong[row, position], shown, "cell is not a number")
    values = pa.array(scores[row, position], from_pandas=True)
    return checks.result([checks.phenotype("s_score", {**query, **array, "value": values})], no_rejects())


def _read_table(path: Path) -> tuple[tuple[list[str], list[str]], NDArray[np.int64], pa.Array]:
    """Give (column names, row names), the line of each row, and the cells in row order as text."""
    table = read_lines(path)
    table = table.filter(pc.not_equal(pc.utf8_trim_whitespace(table["text"]), ""))
    if table.num_rows < 2:
        raise FormatError(f"{path}: holds no scores; expected a line of names and a line per strain")
    fields = pc.split_pattern(table["text"].combine_chunks(), "\t")
    widths = pc.list_value_length(fields).to_numpy()
    if (widths != widths[0]).any() or widths[0] < 2:
        place = int(np.argmax(widths != widths[0]))
        line = table["line"][place].as_py()
        raise FormatError(f"{path}: line {line} has {widths[place]} columns, the header {widths[0]}")
    columns = pc.utf8_trim_whitespace(fields.flatten()).to_numpy(zero_copy_only=False).reshape(-1, widths[0])
    header, rows = columns[0, 1:].tolist(), columns[1:, 0].tolist()
    cells = pa.array(columns[1:, 1:].reshape(-1), type=pa.string())
    return (header, rows), table["line"].to_numpy()[1:], cells


_WEIGHTS = ("GID", "GWEIGHT", "EWEIGHT", "AID")
"""What Cluster 3.0 and TreeView call rows and columns that hold no data."""


def _refuse_labels(
    path: Path, header: list[str], rows: list[str], scores: NDArray[np.float64], wrong: NDArray[np.bool_]
) -> None:
    """Refuse labels and weights beside the scores: a weight would be taken for a score, an identifier for a gene."""
    for kind, names, axis in (("column", header, 0), ("row", rows, 1)):
        if marks := [name for name in names if name.upper() in _WEIGHTS]:
            raise FormatError(
                f"{path}: the {kind} {marks[0]} marks a clustered table of Cluster 3.0 or TreeView (.cdt): leave its "
                "columns GID, NAME and GWEIGHT and its rows AID and EWEIGHT out, so that names and scores remain"
            )
        labels = (wrong.sum(axis=axis) > 1) & ~np.isfinite(scores).any(axis=axis)
        if labels.any():
            raise FormatError(
                f"{path}: the {kind} {names[int(np.argmax(labels))]!r} holds words and no number: is it a second "
                f"{kind} of labels? A table of S-scores has names in its first line and its first column alone"
            )


def _strains(names: list[str]) -> Perturbations:
    """Split the strain names of one side; a few hundred, so plain Python."""
    total, seen = Counter(names), Counter[str]()
    genes, kinds, alleles = [], [], []
    for name in names:
        gene, _, allele = (part.strip() for part in name.partition(" - "))
        seen[name] += 1
        if not allele:
            kind = "deletion"
        elif allele.casefold() == "damp":
            kind, allele = "damp", ""
        elif allele == gene:
            kind, allele = "unknown", f"variant {seen[name]}" if total[name] > 1 else ""
        else:
            kind = "allele"
        genes.append(gene)
        kinds.append(kind)
        alleles.append(allele)
    return Perturbations(*(pa.array(column, type=pa.string()) for column in (names, genes, kinds, alleles)))


def read_emap_pairs(path: Path, kind: str = "unknown") -> ReadResult:
    """Read a list of S-scores (tab, no header: gene, gene, score; `.gi`) into MEASUREMENT_SCHEMA.

    Pairs without a score are rejected with the reason "no value". `kind` is what was done to the genes: the list has no
    allele names, and such screens mix deletions with DAmP alleles.
    """
    return read_gene_pairs(path, ["gene_a", "gene_b", "value"], "\t", "s_score", kind)


def read_gene_pairs(path: Path, columns: list[str], delimiter: str, phenotype: str, kind: str) -> ReadResult:
    """Read a headerless list of gene pairs with one value; `columns` names gene_a, gene_b, value and maybe `genes`.

    `genes`, where there is one, is the number of perturbed genes and must be 2.
    """
    block = read_delimited(path, columns, delimiter, header=False)
    table = block.table
    checks = RowChecks(path, table["line"])
    if "genes" in columns:
        checks.refuse(pc.not_equal(table["genes"], "2"), table["genes"], "the number of perturbed genes is not 2")
    genes = [pc.utf8_trim_whitespace(table[name]).combine_chunks() for name in ("gene_a", "gene_b")]
    for gene in genes:
        checks.refuse(pc.equal(gene, ""), gene, "no gene name")
    checks.refuse(pc.equal(*genes), genes[0], "a gene with itself")
    values, bad = to_float(table["value"])
    checks.refuse(bad, table["value"], "value is not a number")
    checks.refuse(pc.is_null(values), pc.binary_join_element_wise(*genes, " × "), "no value")
    kinds, alleles = pa.repeat(kind, len(table)), pa.repeat("", len(table))
    first, second = (Perturbations(gene, gene, kinds, alleles) for gene in genes)
    measured = checks.phenotype(phenotype, {**first.columns("a"), **second.columns("b"), "value": values})
    return checks.result([measured], block.rejects)
