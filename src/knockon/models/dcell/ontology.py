"""DCell's hierarchy of terms: made from the Gene Ontology by DCell's rules, or read from and written to its files.

Ma et al. 2018, Nature Methods 15:290: a term is kept where it contains at least 6 genes and more than each of its
children; the others are collapsed, their children and genes passing to their parents; redundant edges are removed.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from knockon.atomic import write_text
from knockon.errors import KnockonError

SMALLEST_TERM = 6
_SMALLEST_WIDTH = 20
_WIDTH_PER_GENE = 0.3


@dataclass(frozen=True)
class Term:
    """A term. genes: those that no child contains, sorted. children: sorted. contained: count of all its genes."""

    name: str
    genes: tuple[str, ...]
    children: tuple[str, ...]
    contained: int

    @property
    def width(self) -> int:
        """Length of the term's state vector: max(20, ⌈0.3 × genes contained⌉)."""
        # Rounded first: 0.3 × 70 is a little above 21 in floating point.
        return max(_SMALLEST_WIDTH, math.ceil(round(_WIDTH_PER_GENE * self.contained, 9)))


@dataclass(frozen=True)
class Topology:
    """A hierarchy with one root.

    levels: the terms by depth; a term's children all lie in earlier levels, the root is last. genes: all genes, sorted;
    a strain's input is the set of those that are perturbed.
    """

    levels: tuple[tuple[Term, ...], ...]
    genes: tuple[str, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, children before parents."""
        return tuple(term for level in self.levels for term in level)

    @property
    def root(self) -> Term:
        """The term that contains all genes."""
        return self.levels[-1][0]


def arrange(genes: Mapping[str, Iterable[str]], children: Mapping[str, Iterable[str]]) -> Topology:
    """Make a topology from each term's own genes and its child terms; both mappings have all terms as keys.

    A gene that a child contains too counts as the child's. Raises KnockonError for a cycle, for several roots, and for
    a term that contains no gene.
    """
    below = {term: sorted(set(kids)) for term, kids in children.items()}
    order = _children_first(below)
    contained: dict[str, frozenset[str]] = {}
    depth: dict[str, int] = {}
    levels: dict[int, list[Term]] = {}
    for term in order:
        inherited = frozenset().union(*(contained[child] for child in below[term]))
        contained[term] = inherited | frozenset(genes[term])
        if not contained[term]:
            raise KnockonError(f"term {term} contains no gene: remove it from the hierarchy")
        depth[term] = 1 + max((depth[child] for child in below[term]), default=-1)
        own = tuple(sorted(contained[term] - inherited))
        levels.setdefault(depth[term], []).append(Term(term, own, tuple(below[term]), len(contained[term])))
    tops = sorted(set(order) - {child for kids in below.values() for child in kids})
    if len(tops) != 1:
        raise KnockonError(f"the hierarchy has {len(tops)} roots ({', '.join(tops[:5])} …); it must have one")
    ordered = tuple(tuple(sorted(levels[level], key=lambda term: term.name)) for level in sorted(levels))
    return Topology(ordered, tuple(sorted(contained[tops[0]])))


def build_topology(
    edges: Iterable[tuple[str, str]], annotations: Iterable[tuple[str, str]], smallest: int = SMALLEST_TERM
) -> Topology:
    """Make a topology from the Gene Ontology by DCell's rules.

    edges: (child, parent), one root above all. annotations: (gene, term), of the genes that are to be inputs.
    Raises KnockonError for a cycle, or where the root contains fewer than `smallest` genes.
    """
    children: dict[str, set[str]] = {}
    for child, parent in edges:
        children.setdefault(parent, set()).add(child)
        children.setdefault(child, set())
    order = _children_first({term: sorted(kids) for term, kids in children.items()})
    contained: dict[str, set[str]] = {term: set() for term in order}
    for gene, term in annotations:
        if term in contained:
            contained[term].add(gene)
    for term in order:
        contained[term].update(*(contained[child] for child in children[term]))
    tops = set(order) - {child for kids in children.values() for child in kids}
    kept = [
        term
        for term in order
        if len(contained[term]) >= smallest
        and (term in tops or all(len(contained[child]) < len(contained[term]) for child in children[term]))
    ]
    if not tops & set(kept):
        raise KnockonError(f"no root contains {smallest} annotated genes: do edges and annotations use the same terms?")
    return arrange({term: contained[term] for term in kept}, _collapsed(order, children, set(kept)))


def _collapsed(order: list[str], children: Mapping[str, set[str]], kept: set[str]) -> dict[str, list[str]]:
    """Edges among the kept terms: over the collapsed ones, without those that a longer way makes redundant."""
    below: dict[str, frozenset[str]] = {}
    for term in order:
        below[term] = frozenset().union(*(below[child] | ({child} & kept) for child in children[term]))
    return {
        term: [child for child in below[term] if not any(child in below[other] for other in below[term])]
        for term in order
        if term in kept
    }


def _children_first(children: Mapping[str, list[str]]) -> list[str]:
    """Terms in an order in which every child precedes its parents (Kahn 1962). Raises KnockonError for a cycle."""
    waiting = {term: len(kids) for term, kids in children.items()}
    parents: dict[str, list[str]] = {term: [] for term in children}
    for term, kids in children.items():
        for child in kids:
            if child not in children:
                raise KnockonError(f"term {term} has a child {child} that is not in the hierarchy")
            parents[child].append(term)
    order = sorted(term for term, count in waiting.items() if not count)
    for term in order:
        for parent in parents[term]:
            waiting[parent] -= 1
            if not waiting[parent]:
                order.append(parent)
    if len(order) < len(children):
        circle = sorted(term for term, count in waiting.items() if count)
        raise KnockonError(f"the hierarchy has a cycle among {', '.join(circle[:5])}")
    return order


def topology_from(table: pa.Table) -> Topology:
    """Arrange what `sources.dcell.read_dcell_topology` read (TOPOLOGY_SCHEMA)."""
    names = table["term"].to_pylist()
    genes = dict(zip(names, table["genes"].to_pylist(), strict=True))
    return arrange(genes, dict(zip(names, table["children"].to_pylist(), strict=True)))


def read_topology(path: Path) -> Topology:
    """Read DCell's file (ROOT / GENES / TERMS). Raises KnockonError, with the file's name, for all that is wrong."""
    # The readers bring pandas with them: a model that is built from an ontology does not wait for it.
    from knockon.sources.yeast.dcell import read_dcell_topology

    result = read_dcell_topology(path)
    if result.rejects.num_rows:
        first = result.rejects.to_pylist()[0]
        raise KnockonError(f"{path}: line {first['line']}: {first['value']}: {first['reason']}")
    try:
        return topology_from(result.table)
    except KnockonError as error:
        raise KnockonError(f"{path}: {error}") from error


def write_topology(path: Path, topology: Topology) -> None:
    """Write DCell's file, the root first."""
    lines = []
    for term in reversed(topology.terms):
        lines.append(f"ROOT: {term.name} {term.contained}")
        lines.append("GENES: " + "".join(f"{gene} " for gene in term.genes))
        lines.append("TERMS: " + "".join(f"{child} " for child in term.children))
    write_text(path, "\n".join(lines) + "\n")
