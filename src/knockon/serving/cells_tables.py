"""What a person gives beside expression: groups of samples, names of genes, and networks of regulators."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.errors import FormatError, KnockonError
from knockon.sources.blocks import read_blocks
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.cellstate.regulons import merged_edges, read_dorothea
from knockon.sources.tables import trimmed
from knockon.sources.text import read_delimited

_SIGNS = {
    "": 0, "?": 0, "+-": 0, "-+": 0, "unknown": 0,
    "+": 1, "activation": 1, "activator": 1,
    "-": -1, "−": -1, "repression": -1, "repressor": -1,
}  # fmt: skip
# As PRECISE, decoupler and CollecTRI, DoRothEA and TRRUST call them.
_EDGES = {
    "regulator": ("regulator", "source", "tf"),
    "target": ("target", "gene_id", "gene"),
    "sign": ("sign", "effect", "weight", "mor", "mode"),
}
_SYMBOLS = ("symbol", "gene_name", "gene_symbol", "name")


def read_table(path: Path) -> pa.Table:
    """Text columns by their names, parted by whatever the header is; a column without one is `column 1`, and so on.

    Raises FormatError as `text.read_delimited` does, where two columns have one name, and where a row has another
    number of columns.
    """
    block = next(iter(read_blocks(path)), None)
    lines = block.data.decode().lstrip("\n").split("\n", 1) if block else [""]
    separator = max("\t,;", key=lines[0].count)
    header = [name.strip() for name in next(csv.reader([lines[0]], delimiter=separator), [])]
    names = [name or f"column {place}" for place, name in enumerate(header, start=1)]
    if twice := [name for name in names if names.count(name) > 1]:
        raise FormatError(f"{path}: two columns are called {twice[0]!r}: give each its own name")
    found = read_delimited(path, [f"c{place}" for place in range(len(names))], separator, quoted=True)
    for reject in found.rejects.slice(0, 1).to_pylist():
        raise FormatError(f"{path}: line {reject['line']}: {reject['reason']} ({found.rejects.num_rows} such lines)")
    return found.table.drop_columns(["line"]).rename_columns(names)


def read_groups(given: str | None, found: Expression) -> list[str]:
    """The group of each sample: a column of the file's annotations, or a table of sample and group.

    Without any each sample is its own. Raises KnockonError where samples have no group or two, or there is no such
    column.
    """
    if given is None:
        return list(found.samples)
    if given in found.annotations:
        return _whole(given, found, dict(zip(found.samples, found.annotations[given], strict=True)))
    path = Path(given)
    if not path.is_file():
        known = ", ".join(found.annotations) or "none"
        raise KnockonError(f"--groups {given}: neither a file nor a column of the samples; the columns are: {known}")
    table = read_table(path)
    if table.num_columns < 2:
        raise FormatError(f"{path}: needs two columns, of samples and their groups")
    names, groups = (trimmed(table, name).to_pylist() for name in table.column_names[:2])
    group_of: dict[str, str] = {}
    for name, group in zip(names, groups, strict=True):
        if group_of.setdefault(name, group) != group:
            raise FormatError(f"{path}: the sample {name!r} has two groups, {group_of[name]!r} and {group!r}")
    return _whole(str(path), found, group_of)


def _whole(where: str, found: Expression, group_of: dict[str, str]) -> list[str]:
    if missing := [name for name in found.samples if not group_of.get(name)]:
        raise KnockonError(f"{where}: {len(missing)} samples have no group, {missing[0]} first")
    return [group_of[name] for name in found.samples]


def read_symbols(path: Path, ids: GeneTable) -> dict[str, str]:
    """Gene id → symbol, for the genes of a table: ids in its first column, symbols in one that is called so.

    Raises FormatError where there is no such column, or none of its ids is a gene's.
    """
    table = read_table(path)
    columns = {name.lower().replace(" ", "_"): name for name in table.column_names[1:]}
    found = next((columns[name] for name in _SYMBOLS if name in columns), None)
    if found is None:
        raise FormatError(f"{path}: none of its columns is called {', '.join(_SYMBOLS)}")
    names, symbols = (trimmed(table, name).to_pylist() for name in (table.column_names[0], found))
    places = ids.resolve(names).place.tolist()
    known = {ids.ids[place]: symbol for place, symbol in zip(places, symbols, strict=True) if place >= 0 and symbol}
    if not known:
        raise FormatError(f"{path}: none of its {len(names)} ids is one of the {len(ids)} genes, {names[:1]} first")
    return known


def read_network(path: Path, genes: GeneTable) -> pa.Table:
    """Edges named as the genes are: a table of regulator, target and sign (maybe without), or DoRothEA's `.rda`.

    Raises FormatError where its names are none of the genes'.
    """
    edges = read_dorothea(path, "C") if path.suffix == ".rda" else _edges(path)
    places = [genes.resolve(edges[name].to_pylist()).place for name in ("regulator", "target")]
    kept = np.flatnonzero(places[1] >= 0)
    if not len(kept):
        raise FormatError(
            f"{path}: none of its {edges.num_rows} targets, {edges['target'][0].as_py()!r} first, is one of the "
            f"{len(genes)} genes, {genes.ids[0]!r} first: fit with --genes, a table of ids and symbols"
        )
    own = edges["regulator"].to_pylist()
    regulators = pa.array([genes.ids[places[0][row]] if places[0][row] >= 0 else own[row] for row in kept])
    targets = pa.array([genes.ids[place] for place in places[1][kept]])
    rows = pa.array(kept)
    signs = edges["sign"].take(rows).to_numpy().astype(np.int8)
    return merged_edges(regulators, targets, signs, edges["evidence"].take(rows).combine_chunks())


def _edges(path: Path) -> pa.Table:
    """A table's edges, by the names that it gives."""
    table = read_table(path)
    columns = {name.lower(): name for name in table.column_names}
    found = {what: next((columns[name] for name in names if name in columns), None) for what, names in _EDGES.items()}
    for what in ("regulator", "target"):
        if found[what] is None:
            raise FormatError(f"{path}: has no column {what}; a network has regulator, target and sign")
    texts = trimmed(table, found["sign"]).to_pylist() if found["sign"] else ["+"] * table.num_rows
    signs = np.array([_sign(path, row, text) for row, text in enumerate(texts)], dtype=np.int8)
    ends = [trimmed(table, str(found[what])) for what in ("regulator", "target")]
    return merged_edges(ends[0], ends[1], signs, pa.repeat("", table.num_rows))


def _sign(path: Path, row: int, text: str) -> int:
    """1, -1 or 0 of a mark, a word or a number."""
    if (known := _SIGNS.get(text.lower())) is not None:
        return known
    try:
        return int(np.sign(float(text)))
    except ValueError:
        raise FormatError(f"{path}: edge {row + 1}: {text!r} is no sign; write 1, -1 or 0") from None


def network_sentence(edges: pa.Table, genes: GeneTable) -> str:
    """How many edges and regulators a network has, and how many regulators are genes themselves, for a person."""
    regulators = set(edges["regulator"].to_pylist())
    known = len(regulators & set(genes.ids))
    said = f"network: {edges.num_rows:,} edges of {len(regulators):,} regulators to the file's genes"
    if known == len(regulators):
        return said
    return (
        f"{said}; {len(regulators) - known:,} regulators, {min(regulators - set(genes.ids))} first, are no genes of "
        "the file: they can't be knocked out, and their own transcripts don't tell how far to trust them"
        + ("" if known else " (--genes, a table of ids and symbols, may name them)")
    )
