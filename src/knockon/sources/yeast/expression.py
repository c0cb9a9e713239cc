"""Transcriptomes of deletion strains.

A text matrix of kinase and phosphatase deletions (assembled by Gonçalves et al. 2017, PLoS Computational Biology
13:e1005297 from Kemmeren et al. 2014, Cell 157:740), and the MATLAB table of Sameith et al. 2015, BMC Biology 13:112
(single and double deletions of transcription factors) as Culley et al. 2020, PNAS 117:18869 packed it.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.matlab import read_table_columns
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.tables import Refusals, read_named, repeated, split, trimmed
from knockon.sources.yeast.profiles import in_line_order, numbers, one_gene_each, profiles

Z_SCORE = "z-score among the strain's transcripts"
RATIO = "expression in the mutant divided by expression in the wild type"


def read_expression_matrix(path: Path, *, unit: str = Z_SCORE) -> ReadResult:
    """Read a tab-separated matrix, a row a transcript and a column a deletion strain, into PROFILE_SCHEMA.

    Rejected: rows without a transcript or with one that came before, and single cells that are no numbers.
    Raises FormatError for a file of another form.
    """
    text = read_named(path)
    label, *strains = text.table.column_names[1:]
    if not strains or label.casefold() not in ("target", "orf", "yorf", "gene"):
        raise FormatError(f"{path}, line 1: the first column must be target, ORF or gene, the others deletion strains")
    refusals = Refusals(path, text.table["line"])
    refusals.refuse_empty(text.table, label)
    transcripts = trimmed(text.table, label)
    refusals.refuse(repeated(transcripts), transcripts, "a transcript that came before")
    rows, transcripts = text.table.filter(refusals.good), transcripts.filter(refusals.good)
    values, bad_cells = numbers(path, rows, strains)
    names = pa.array(strains, pa.string())
    lines = rows["line"].to_numpy()[None, :]
    table = profiles(lines, names, one_gene_each(names), transcripts, values.T, "expression", unit)
    return in_line_order(table, [refusals.rejects(text.rejects), bad_cells])


def read_sameith(path: Path) -> ReadResult:
    """Read the MATLAB table of Sameith et al. into PROFILE_SCHEMA: a column a strain, named GENE or GENE_GENE.

    The line is the row of the table. Rejected: transcripts without a name or with one that came before.
    Raises FormatError as `matlab.read_table_columns`, and for a table without names or without numbers.
    """
    columns = read_table_columns(path)
    texts = [values for values in columns.values() if isinstance(values, list)]
    measured = {name: values for name, values in columns.items() if not isinstance(values, list)}
    if not texts or not measured:
        raise FormatError(f"{path}: the MATLAB table needs a column of names, and columns of numbers beside it")
    transcripts = pc.utf8_trim_whitespace(pa.array(texts[0], pa.string()))
    refusals = Refusals(path, pa.array(np.arange(1, len(transcripts) + 1)))
    refusals.refuse(pc.equal(transcripts, ""), transcripts, "no transcript")
    refusals.refuse(repeated(transcripts), transcripts, "a transcript that came before")
    good = np.flatnonzero(refusals.good)
    values = np.stack(list(measured.values()))[:, good]
    values[~np.isfinite(values)] = np.nan
    strains = pa.array(list(measured), pa.string())
    components = transcripts.take(pa.array(good))
    table = profiles(good[None, :] + 1, strains, split(strains, "_"), components, values, "expression", RATIO)
    return in_line_order(table, [refusals.rejects(no_rejects())])
