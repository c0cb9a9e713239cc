"""One table of genes by which every name is resolved: Ensembl ids with or without version, symbols, locus tags.

A name resolves to a gene by its id first, then by symbol, then by an old symbol; a symbol that two genes share resolves
to neither. Where several rows of a file resolve to one gene, their levels are summed on a scale that adds (reads, TPM),
and refused on a logarithmic one, where a sum means nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers
from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression

KINDS = {
    "human Ensembl": re.compile(r"ENSG\d{11}"),
    "mouse Ensembl": re.compile(r"ENSMUSG\d{11}"),
    "rat Ensembl": re.compile(r"ENSRNOG\d{11}"),
    "E. coli locus tag": re.compile(r"b\d{4}"),
    "yeast locus tag": re.compile(r"Y[A-P][LR]\d{3}[CW](-[A-Z])?|Q\d{4}"),
}
"""Kinds of identifiers that say of which organism they are; anything else is a symbol."""

_VERSION = re.compile(r"^(ENS[A-Z]*G\d{11})\.\d+(_PAR_Y)?$")


def without_version(name: str) -> str:
    """An Ensembl id without its version; ids of the pseudoautosomal copy on Y keep their mark, any other name stays."""
    found = _VERSION.match(name.strip())
    return name.strip() if found is None else found[1] + (found[2] or "")


def kind_of(names: Iterable[str]) -> str:
    """The kind of identifier that most of the names are, `symbol` where most are of none."""
    counts = Counter(
        next((kind for kind, form in KINDS.items() if form.fullmatch(without_version(name))), "symbol")
        for name in names
    )
    return counts.most_common(1)[0][0] if counts else "symbol"


@dataclass(frozen=True)
class Resolved:
    """place: int64, the gene of each name, -1 where it has none. unknown, ambiguous: the names without a gene."""

    place: Integers
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]


class GeneTable:
    """Genes in their order. ids: each once. symbols, old: gene id → its symbol, and the symbols that it had."""

    def __init__(
        self,
        ids: Sequence[str],
        symbols: Mapping[str, str] | None = None,
        old: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.ids = tuple(without_version(each) for each in ids)
        if len(set(self.ids)) != len(self.ids):
            twice = [name for name, count in Counter(self.ids).items() if count > 1]
            raise FormatError(f"table of genes: {twice[0]} stands twice ({len(twice)} such ids): list each gene once")
        self.symbols = {without_version(each): name for each, name in (symbols or {}).items()}
        self._place = {name: place for place, name in enumerate(self.ids)}
        earlier = {without_version(each): tuple(names) for each, names in (old or {}).items()}
        self._by_symbol = self._named({each: (name,) for each, name in self.symbols.items()})
        self._by_old = self._named(earlier)

    def _named(self, names: Mapping[str, Sequence[str]]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for gene, texts in names.items():
            if gene in self._place:
                for text in texts:
                    found.setdefault(text.upper(), set()).add(self._place[gene])
        return found

    def __len__(self) -> int:
        return len(self.ids)

    def resolve(self, names: Sequence[str]) -> Resolved:
        """The gene of each name."""
        place = np.full(len(names), -1, dtype=np.int64)
        unknown: list[str] = []
        ambiguous: list[str] = []
        for number, name in enumerate(names):
            genes = self._genes(without_version(name))
            if len(genes) == 1:
                place[number] = next(iter(genes))
            else:
                (ambiguous if genes else unknown).append(name)
        return Resolved(place, tuple(unknown), tuple(ambiguous))

    def _genes(self, name: str) -> set[int]:
        if name in self._place:
            return {self._place[name]}
        return self._by_symbol.get(name.upper()) or self._by_old.get(name.upper()) or set()


@dataclass(frozen=True)
class Aligned:
    """Expression over the genes of a table, NaN where the file lacks a gene; what became of the file's names."""

    expression: Expression
    shared: int
    summed: int
    unknown: tuple[str, ...]
    ambiguous: tuple[str, ...]


def align(found: Expression, table: GeneTable, where: str, least: float = 0.5) -> Aligned:
    """Put a file's genes in the order of a table.

    least: share of the table's genes that the file must have. Raises FormatError where it has fewer (how many, and
    whether the names look like another organism's), and for a gene that stands twice on a logarithmic scale.
    """
    resolved = table.resolve(found.genes)
    place, counts = np.unique(resolved.place[resolved.place >= 0], return_counts=True)
    if len(place) < least * len(table):
        raise FormatError(f"{where}: {_too_few(found.genes, table, len(place), least)}")
    twice = place[counts > 1]
    if len(twice) and not found.scale.adds:
        raise FormatError(
            f"{where}: {len(twice)} genes stand twice, {table.ids[twice[0]]} first, and logarithms can't be summed: "
            "keep one row of each, or give levels"
        )
    values = np.full((len(found.samples), len(table)), np.nan, dtype=np.float32)
    known = np.flatnonzero(resolved.place >= 0)
    order = known[np.argsort(resolved.place[known], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    if len(order):
        values[:, place] = np.add.reduceat(found.values[:, order], starts, axis=1)
    aligned = Expression(found.samples, table.ids, values, found.scale, found.annotations)
    return Aligned(aligned, len(place), len(twice), resolved.unknown, resolved.ambiguous)


def _too_few(names: Sequence[str], table: GeneTable, shared: int, least: float) -> str:
    said = (
        f"{shared} of the {len(table)} genes are shared, at least {int(np.ceil(least * len(table)))} are needed; "
        f"of the file's {len(names)} names the first is {names[0]!r}"
    )
    given, wanted = kind_of(names), kind_of(table.ids)
    if given not in ("symbol", wanted):
        return f"{said}. Most are of the kind {given}, the genes of the kind {wanted}: is it another organism?"
    return f"{said}. Give ids of the kind {wanted} or their symbols"
