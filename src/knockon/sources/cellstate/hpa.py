"""RNA of human tissues and cell lines by the Human Protein Atlas, as tables of genes × tissues with holes."""

from dataclasses import replace
from pathlib import Path

from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.matrices import read_matrix
from knockon.sources.tables import trimmed
from knockon.sources.text import read_delimited


def read_hpa(path: Path, labels: Path) -> Expression:
    """Read a pivoted table with the labels of its tissues.

    Levels are HPA's normalised NX: linear, but a sample does not sum to a million, so that no rule would recognise
    them. Genes that were measured in a part of the tissues are holes in the others. Annotations: category (skin, brain,
    … , `CL: skin` for a cell line) and type. Raises FormatError where the labels don't name a tissue.
    """
    found = read_matrix(path, "\t", "linear", "genes_in_rows")
    table = read_delimited(labels, None).table
    if missing := [name for name in ("Category", "Name", "Type") if name not in table.column_names]:
        raise FormatError(f"{labels}: has no column {missing[0]}; is it the table of HPA's labels?")
    names = trimmed(table, "Name").to_pylist()
    columns = {name: dict(zip(names, trimmed(table, title).to_pylist(), strict=True)) for name, title in
               (("category", "Category"), ("type", "Type"))}  # fmt: skip
    if absent := [sample for sample in found.samples if sample not in columns["category"]]:
        raise FormatError(f"{labels}: names {len(absent)} tissues of {path.name} not, {absent[0]!r} first")
    told = {name: tuple(column[sample] for sample in found.samples) for name, column in columns.items()}
    return replace(found, annotations=told)
