"""Tables of DESeq2: what a knock-out changed, as MorPhiC gives it for human knock-outs."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, read_named, repeated, trimmed
from knockon.sources.text import to_float

DESEQ2_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("gene", pa.string(), "as the file names it"),
        column("base_mean", pa.float64(), "mean of normalised reads over all samples"),
        column("log2_fold_change", pa.float64(), "log2 of knock-out over wild type"),
        column("standard_error", pa.float64(), "of log2_fold_change", nullable=True),
        column("adjusted_p", pa.float64(), "Benjamini-Hochberg; missing where DESeq2 filtered the gene", nullable=True),
    ]
)

_COLUMNS = {
    "base_mean": "baseMean",
    "log2_fold_change": "log2FoldChange",
    "standard_error": "lfcSE",
    "adjusted_p": "padj",
}


def read_deseq2(path: Path) -> ReadResult:
    """Read a table whose columns are DESeq2's, each maybe after a name (`PAX6_KO_log2FoldChange`).

    Genes without a fold change (no reads in any sample), negative means, p outside 0 … 1 and second rows of a gene are
    rejected. Raises FormatError where a column is missing, or stands there for two comparisons.
    """
    found = read_named(path)
    table = found.table
    names = {name: _place(path, table.column_names[2:], ending) for name, ending in _COLUMNS.items()}
    refusals = Refusals(path, table["line"])
    genes = trimmed(table, table.column_names[1])
    refusals.refuse(pc.equal(genes, ""), genes, "no gene")
    refusals.refuse(repeated(genes), genes, "a second row of the gene")
    numbers = {}
    for name, title in names.items():
        numbers[name], bad = to_float(table[title])
        refusals.refuse(bad, table[title], f"{_COLUMNS[name]} is no number")
        if name in ("base_mean", "log2_fold_change"):
            refusals.refuse(pc.is_null(numbers[name]), genes, f"no {_COLUMNS[name]}")
    refusals.refuse(pc.less(numbers["base_mean"], 0), genes, "baseMean is negative")
    outside = pc.or_(pc.less(numbers["adjusted_p"], 0), pc.greater(numbers["adjusted_p"], 1))
    refusals.refuse(outside, genes, "padj is not between 0 and 1")
    columns = [table["line"].combine_chunks(), genes, *(numbers[name] for name in _COLUMNS)]
    return refusals.finish(pa.Table.from_arrays(columns, schema=DESEQ2_SCHEMA), found.rejects)


def _place(path: Path, names: list[str], ending: str) -> str:
    """The one column that is DESeq2's of this name."""
    places = [name for name in names if name == ending or name.endswith(f"_{ending}")]
    if len(places) != 1:
        said = "no column" if not places else f"{len(places)} columns"
        raise FormatError(f"{path}: has {said} {ending}: it must be one comparison of DESeq2")
    return places[0]
