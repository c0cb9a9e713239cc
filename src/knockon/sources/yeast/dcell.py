"""The files of DCell (Ma et al. 2018, Nature Methods 15, 290): double mutants with ε, and the hierarchy of terms."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, no_rejects, rejects_table
from knockon.sources.tables import column
from knockon.sources.text import read_lines
from knockon.sources.yeast.emap import read_gene_pairs

TOPOLOGY_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the term's ROOT entry"),
        column("term", pa.string(), "GO identifier"),
        column("size", pa.int32(), "genes that the term contains, its children's included, as the file says"),
        column("genes", pa.list_(pa.string()), "systematic names annotated to the term itself"),
        column("children", pa.list_(pa.string()), "GO identifiers of the terms directly below"),
    ]
)


def read_dcell_pairs(path: Path, kind: str = "unknown") -> ReadResult:
    """Read DCell's training or test file (blank-separated: number of genes, gene, gene, ε) into MEASUREMENT_SCHEMA.

    The lists name genes only; which kind of allele stands behind a gene is not told, hence `kind`.
    """
    return read_gene_pairs(path, ["genes", "gene_a", "gene_b", "value"], " ", "interaction", kind)


@dataclass
class _Term:
    line: int
    name: str
    size: int
    genes: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)


def read_dcell_topology(path: Path) -> ReadResult:
    """Read DCell's hierarchy (ROOT / GENES / TERMS lines, one trio a term) into TOPOLOGY_SCHEMA.

    A child without a trio of its own is rejected from its parent's list. Raises FormatError for a line of another kind,
    GENES or TERMS before any ROOT, a size that is no number, and a term that stands twice.
    """
    terms: dict[str, _Term] = {}
    current: _Term | None = None
    table = read_lines(path)
    for line, text in zip(table["line"].to_pylist(), table["text"].to_pylist(), strict=True):
        key, _, rest = text.partition(":")
        words = rest.split()
        if key == "ROOT":
            current = _root(path, line, words, terms)
            terms[current.name] = current
        elif key in ("GENES", "TERMS") and current is not None:
            (current.genes if key == "GENES" else current.children).extend(words)
        elif text.strip():
            raise FormatError(f"{path}: line {line}: expected ROOT:, GENES: or TERMS:, found {text[:40]!r}")
    if not terms:
        raise FormatError(f"{path}: holds no ROOT: line; is it a DCell topology?")
    return _topology(path, terms)


def _root(path: Path, line: int, words: list[str], terms: dict[str, _Term]) -> _Term:
    if len(words) != 2 or not words[1].isascii() or not words[1].isdigit() or len(words[1]) > 9:
        raise FormatError(f"{path}: line {line}: ROOT: needs a term and its number of genes")
    if words[0] in terms:
        raise FormatError(
            f"{path}: line {line}: the term {words[0]} stands twice (first in line {terms[words[0]].line})"
        )
    return _Term(line, words[0], int(words[1]))


def _topology(path: Path, terms: dict[str, _Term]) -> ReadResult:
    rejects = [no_rejects()]
    for term in terms.values():
        dangling = [child for child in term.children if child not in terms]
        term.children = [child for child in term.children if child in terms]
        lines = pa.array([term.line] * len(dangling), type=pa.int64())
        rejects.append(
            rejects_table(path, lines, pa.array(dangling, pa.string()), "child term without an entry of its own")
        )
    rows = [
        {"line": t.line, "term": t.name, "size": t.size, "genes": t.genes, "children": t.children}
        for t in terms.values()
    ]
    return ReadResult(pa.Table.from_pylist(rows, schema=TOPOLOGY_SCHEMA), pa.concat_tables(rejects))
