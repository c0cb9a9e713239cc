"""A genome-scale metabolic model as numbers: stoichiometry, bounds, gene rules, in the YAML of RAVEN and cobrapy.

Zhang et al. 2024, Molecular Systems Biology 20:1134 (Yeast9). The published file has a regular form, a scalar a line,
which is read line by line; a file of any other form is read by cobra itself, which takes about fifty times as long.
Both give the same numbers.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Values
from knockon.errors import FormatError, KnockonError, nearest
from knockon.sources.blocks import read_blocks

LOWEST, HIGHEST = 0.0, 1000.0
"""Bounds of a reaction that the file gives none: cobra's defaults."""


@dataclass(frozen=True)
class MetabolicNetwork:
    """Metabolites × reactions, in the file's order.

    stoichiometry: float64 CSC (metabolites, reactions), molecules a turn, negative consumed. lower, upper: float64
    (reactions,), mmol per gram of dry cells and hour. objective: float64 (reactions,), to be maximised. rules: which
    genes a reaction needs, as text; empty where none.
    """

    metabolites: tuple[str, ...]
    metabolite_names: tuple[str, ...]
    compartments: tuple[str, ...]
    reactions: tuple[str, ...]
    reaction_names: tuple[str, ...]
    stoichiometry: sp.csc_matrix
    lower: Values
    upper: Values
    objective: Values
    rules: tuple[str, ...]
    genes: tuple[str, ...]
    _places: dict[str, dict[str, int]] = field(default_factory=dict, repr=False, compare=False)

    def reaction(self, name: str) -> int:
        """Number of a reaction, by identifier. Raises KnockonError where the model has none, with the nearest ones."""
        return self._place("reaction", name, self.reactions)

    def gene(self, name: str) -> int:
        """Number of a gene, by systematic name. Raises KnockonError where the model has none, with the nearest ones."""
        return self._place("gene", name, self.genes)

    def known_genes(self, names: Iterable[str]) -> tuple[int, ...]:
        """Numbers of those of the genes that the model has, sorted: the others change nothing in it."""
        places = self._numbers("gene", self.genes)
        return tuple(sorted({places[name] for name in names if name in places}))

    def _numbers(self, what: str, known: tuple[str, ...]) -> dict[str, int]:
        return self._places.setdefault(what, {each: place for place, each in enumerate(known)})

    def _place(self, what: str, name: str, known: tuple[str, ...]) -> int:
        places = self._numbers(what, known)
        if name not in places:
            raise KnockonError(f"the metabolic model has no {what} {name}{nearest(name, known)}")
        return places[name]

    def product(self, name: str) -> int:
        """Number of a metabolite by identifier or name in any case, with a compartment's letters in brackets or not.

        "L-tyrosine [m]", "l-tyrosine", "tyrosine" (L- is tried) and "s_1051" are understood. Without a compartment the
        cytosol's is meant, then the first. Raises KnockonError for an unknown one, with the nearest names.
        """
        if name in self.metabolites:
            return self.metabolites.index(name)
        word, _, rest = name.strip().partition(" [")
        wanted = rest.rstrip("]")
        spelled = {word.lower(), f"l-{word.lower()}"}
        rows = [row for row, each in enumerate(self.metabolite_names) if each.lower() in spelled]
        if wanted:
            rows = [row for row in rows if self.compartments[row] == wanted]
        if not rows:
            raise KnockonError(f"the metabolic model has no metabolite {name}{nearest(word, self.metabolite_names)}")
        exact = [row for row in rows if self.metabolite_names[row].lower() == word.lower()] or rows
        return next((row for row in exact if self.compartments[row] == "c"), exact[0])

    def exchanges(self) -> dict[int, int]:
        """The reactions of a single metabolite that leaves or enters, by metabolite: the first of each."""
        single = np.flatnonzero(np.diff(self.stoichiometry.indptr) == 1)
        ends = self.stoichiometry.indices[self.stoichiometry.indptr[single]]
        return {int(end): int(place) for end, place in zip(ends[::-1], single[::-1], strict=True)}


def read_metabolic_network(path: Path) -> MetabolicNetwork:
    """Read a model. Raises FormatError for a file that is none, or whose reactions name what it does not list."""
    text = b"".join(block.data for block in read_blocks(path)).decode()
    try:
        parts = _regular(text)
    except _IrregularError:
        parts = _by_cobra(path)
    return _network(path, parts)


def network_of(model: Any) -> MetabolicNetwork:
    """The network of a cobra.Model."""
    return _network(Path(str(model.id)), _parts_of(model))


_Entry = dict[str, Any]
_Parts = dict[str, list[_Entry]]
_PARTS = ("metabolites", "reactions", "genes")

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_QUOTED = re.compile(r'"[^"\\]*"')
_KEPT = frozenset(
    {"id", "name", "compartment", "lower_bound", "upper_bound", "objective_coefficient", "gene_reaction_rule"}
)
# A scalar of a key that is passed over: quoted to its end, or plain without anything that YAML would read otherwise.
_PASSED = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s"\'\[\]{}&*|>#%@!:](?:[^#:]|:(?=\S))*|!!omap|)')


class _IrregularError(Exception):
    """A line of another form than the published file's."""


def _regular(text: str) -> _Parts:
    """The entries of a file of the published form. Raises _IrregularError for any line that has another."""
    lines = text.split("\n")
    if lines[:2] != ["---", "!!omap"]:
        raise _IrregularError
    parts: _Parts = {}
    for name, first, last in _sections(lines):
        if name in _PARTS:
            parts[name] = _entries(lines, first, last)
    if set(parts) != set(_PARTS):
        raise _IrregularError
    return parts


def _sections(lines: list[str]) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each top-level part."""
    starts = [number for number, line in enumerate(lines) if line.startswith("- ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        name, colon, rest = lines[start][2:].partition(":")
        if not colon or rest.strip() not in ("", "!!omap", "[]"):
            raise _IrregularError
        yield name, start + 1, end


def _entries(lines: list[str], first: int, last: int) -> list[_Entry]:
    entries: list[_Entry] = []
    entry: _Entry = {}
    participants: dict[str, float] | None = None
    for line in lines[first:last]:
        if line.startswith("      - "):
            key, _, value = line[8:].partition(": ")
            participants = None
            if key in entry:
                raise _IrregularError
            if key in _KEPT:
                entry[key] = _scalar(value)
            elif key == "metabolites" and value == "!!omap":
                participants = entry[key] = {}
            elif key == "metabolites" or not _PASSED.fullmatch(value):
                raise _IrregularError
        elif line == "    - !!omap":
            entry = {}
            entries.append(entry)
            participants = None
        elif participants is not None and line.startswith("          - "):
            key, _, value = line[12:].partition(": ")
            if key in participants or not _NUMBER.fullmatch(value):
                raise _IrregularError
            participants[key] = float(value)
        # The last line of a file is empty; what is deeper belongs to a key that is passed over.
        elif line and (participants is not None or not line.startswith("          ")):
            raise _IrregularError
    return entries


def _scalar(value: str) -> str | float:
    if _QUOTED.fullmatch(value):
        return value[1:-1]
    if _NUMBER.fullmatch(value):
        return float(value)
    raise _IrregularError


def _by_cobra(path: Path) -> _Parts:
    # Two seconds of every start, for files that are seldom.
    import cobra.io

    try:
        model = cobra.io.load_yaml_model(str(path))
    except Exception as error:  # ruamel, cobra and Python raise errors of a dozen kinds for a broken file
        raise FormatError(f"{path}: no metabolic model in YAML: {' '.join(str(error).split())[:300]}") from error
    return _parts_of(model)


def _parts_of(model: Any) -> _Parts:
    reactions = [
        {
            "id": each.id,
            "name": each.name,
            "metabolites": {metabolite.id: coefficient for metabolite, coefficient in each.metabolites.items()},
            "lower_bound": each.lower_bound,
            "upper_bound": each.upper_bound,
            "objective_coefficient": each.objective_coefficient,
            "gene_reaction_rule": each.gene_reaction_rule,
        }
        for each in model.reactions
    ]
    metabolites = [{"id": each.id, "name": each.name, "compartment": each.compartment} for each in model.metabolites]
    return {"metabolites": metabolites, "reactions": reactions, "genes": [{"id": each.id} for each in model.genes]}


def _network(path: Path, parts: _Parts) -> MetabolicNetwork:
    metabolites, reactions = parts["metabolites"], parts["reactions"]
    for name in _PARTS:
        _check_identifiers(path, name, parts[name])
    rows = {entry["id"]: row for row, entry in enumerate(metabolites)}
    return MetabolicNetwork(
        metabolites=tuple(rows),
        metabolite_names=_texts(metabolites, "name"),
        compartments=_texts(metabolites, "compartment"),
        reactions=tuple(entry["id"] for entry in reactions),
        reaction_names=_texts(reactions, "name"),
        stoichiometry=_stoichiometry(path, reactions, rows),
        lower=_bounds(path, reactions, "lower_bound", LOWEST),
        upper=_bounds(path, reactions, "upper_bound", HIGHEST),
        objective=_bounds(path, reactions, "objective_coefficient", 0.0),
        rules=_texts(reactions, "gene_reaction_rule"),
        genes=tuple(entry["id"] for entry in parts["genes"]),
    )


def _check_identifiers(path: Path, part: str, entries: list[_Entry]) -> None:
    seen: set[str] = set()
    for place, entry in enumerate(entries, start=1):
        name = entry.get("id")
        if not isinstance(name, str) or not name or name in seen:
            raise FormatError(f"{path}: entry {place} of {part} has no identifier of its own ({name!r})")
        seen.add(name)


def _texts(entries: Iterable[_Entry], key: str) -> tuple[str, ...]:
    return tuple(str(entry.get(key) or "") for entry in entries)


def _bounds(path: Path, reactions: list[_Entry], key: str, default: float) -> Values:
    values = [entry.get(key, default) for entry in reactions]
    for entry, value in zip(reactions, values, strict=True):
        if not isinstance(value, int | float) or math.isnan(value):
            raise FormatError(f"{path}: reaction {entry['id']}: {key} is {value!r}, no number")
    return np.array(values, dtype=np.float64)


def _stoichiometry(path: Path, reactions: list[_Entry], rows: Mapping[str, int]) -> sp.csc_matrix:
    indptr, indices, data = [0], [], []
    for entry in reactions:
        for name, coefficient in (entry.get("metabolites") or {}).items():
            if name not in rows:
                raise FormatError(f"{path}: reaction {entry['id']} uses {name}, which the model does not list")
            indices.append(rows[name])
            data.append(float(coefficient))
        indptr.append(len(indices))
    matrix = sp.csc_matrix(
        (np.array(data), np.array(indices, dtype=np.int32), np.array(indptr, dtype=np.int32)),
        shape=(len(rows), len(reactions)),
    )
    matrix.sort_indices()
    return matrix
