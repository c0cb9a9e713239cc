"""Phenotypes of many values: a strain with its named components becomes one experiment with an edge a value.

An identifier is a hash of data set, phenotype, strain, deleted genes and environment, and the how-manieth time they
occur; it does not depend on the values, so that a new component leaves the experiment what it is. A component that the
source does not give for a strain has no edge: missing stays missing.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.graph.adapters.context import Context, Provenance
from knockon.graph.adapters.experiments import NOT_FINITE, identify, part_bits
from knockon.graph.adapters.naming import Naming, distinct
from knockon.graph.partitions import leading_bits
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.hashing import Hashes, combine, hash_column, hex_keys

KIND = "deletion"
"""The published profiles are of deletion strains; the wild type perturbs nothing."""

_LABEL = "ProfileExperiment"
_WORDS = ("strain", "phenotype", "component", "unit")


@dataclass
class Profiles:
    """Collects profiles of all sources; yields the graph's profile experiments once all are in."""

    naming: Naming
    context: Context
    _strains: list[pa.Table] = field(default_factory=list)
    _genes: list[pa.Table] = field(default_factory=list)
    _components: list[pa.Table] = field(default_factory=list)
    _expressed: list[pa.Table] = field(default_factory=list)
    # Of each value: the number of its strain, the hash of its component, the value itself.
    _values: list[tuple[NDArray[np.int32], Hashes, NDArray[np.float64]]] = field(default_factory=list)

    def add(self, source: Provenance, rows: pa.Table) -> None:
        """Take in the rows of one file, in PROFILE_SCHEMA. A strain with an unknown gene is rejected as a whole."""
        number = self.context.add(source)
        rows = self._finite(source, rows)
        rows = rows.set_column(0, "line", rows["line"].cast(pa.int64()))
        codes, strains = _strains(rows)
        genes = self._resolved(source, strains)
        known = _known(strains, genes)
        begin = sum(table.num_rows for table in self._strains)
        place = np.where(known, begin + np.cumsum(known) - 1, -1).astype(np.int32)
        kept = place[codes] >= 0
        strains = strains.append_column("measured", pa.array(np.bincount(codes, minlength=len(known))))
        genes = genes.set_column(0, "row", pa.array(place[genes["row"].to_numpy()], pa.int32()))
        self._genes.append(genes.filter(pc.greater_equal(genes["row"], 0)))
        self._strains.append(self._identity(source, number, strains).filter(pa.array(known)))
        self._values.append((place[codes][kept], self._named(source, rows)[kept], rows["value"].to_numpy()[kept]))

    def _finite(self, source: Provenance, rows: pa.Table) -> pa.Table:
        finite = pc.fill_null(pc.is_finite(rows["value"]), False)
        bad = rows.filter(pc.invert(finite))
        if bad.num_rows:
            reasons = pa.repeat(pa.scalar(NOT_FINITE), bad.num_rows)
            values = bad["value"].cast(pa.string()).combine_chunks()
            self.naming.rejects.add_rows(source.name, source.file, bad["line"].combine_chunks(), values, reasons)
        return rows.filter(finite).unify_dictionaries().combine_chunks()

    def _resolved(self, source: Provenance, strains: pa.Table) -> pa.Table:
        """Perturbed genes: row (of `strains`), line, gene; without those that can't be resolved, which are rejected."""
        lists = strains["genes"].combine_chunks()
        parents = pc.list_parent_indices(lists)
        exploded = pa.table(
            {"row": parents, "line": strains["line"].take(parents), "gene": pc.list_flatten(lists).cast(pa.string())}
        )
        return self.naming.resolve(exploded, ("gene",), source.name, source.file)

    def _identity(self, source: Provenance, number: int, strains: pa.Table) -> pa.Table:
        environment = pa.repeat(pa.scalar(self.context.environment(source, source.temperature)), strains.num_rows)
        genes = pc.binary_join(strains["genes"].combine_chunks(), "+")
        columns = [pa.repeat(pa.scalar(source.dataset), strains.num_rows), strains["phenotype"], strains["strain"]]
        hashes = combine(hash_column(column) for column in [*columns, genes, environment])
        return pa.table(
            {
                "hash": pa.array(hashes),
                "source": pa.array(np.full(strains.num_rows, number, dtype=np.int32)),
                "environment": environment,
                **{name: strains[name] for name in ("phenotype", "strain", "measured")},
            }
        )

    def _named(self, source: Provenance, rows: pa.Table) -> Hashes:
        """The component of each row by its hash; keeps the distinct ones, and the genes that transcripts are of."""
        hashes = combine(hash_column(rows[name]) for name in ("phenotype", "component", "unit"))
        chosen = pa.array(np.unique(hashes, return_index=True)[1])
        found = rows.select(["line", *_WORDS[1:]]).take(chosen)
        words = {name: _plain(found[name]) for name in _WORDS[1:]}
        table = pa.table({"hash": pa.array(hashes).take(chosen), "line": found["line"], **words})
        self._components.append(table.drop_columns("line"))
        transcripts = table.filter(pc.equal(table["phenotype"], "expression"))
        transcripts = pa.table({name: transcripts[key] for name, key in _TRANSCRIPT.items()})
        self._expressed.append(self.naming.resolve(transcripts, ("gene",), source.name, source.file))
        return hashes

    def tables(self, described: pa.Table | None = None) -> Iterator[NodeTable | EdgeTable]:
        """Yield experiments, components, what each experiment perturbs, where it was made, and what it measures.

        described: parameter and description of components (PARAMETER_SCHEMA), where a source gives them.
        """
        if not self._strains:
            return
        strains = pa.concat_tables(self._strains).combine_chunks()
        hashes = strains["hash"].to_numpy()
        identifiers, order = identify(hashes)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        yield NodeTable(_LABEL, self._nodes(identifiers, strains.take(pa.array(order))))
        yield from self._component_tables(described)
        yield EdgeTable("Perturbs", _LABEL, "Gene", self._perturbations(identifiers, rank, strains))
        ends = {"source": identifiers, "target": strains["environment"].take(pa.array(order))}
        yield EdgeTable("MeasuredIn", _LABEL, "Environment", pa.table(ends))
        yield from self._measures(identifiers, rank, hashes[order])

    def _nodes(self, identifiers: pa.Array, strains: pa.Table) -> pa.Table:
        columns = {name: self.context.column(name, strains["source"]) for name in ("dataset", "publication")}
        rest = {name: strains[name] for name in ("phenotype", "strain", "measured")}
        return pa.table({"id": identifiers, **columns, **rest})

    def _component_tables(self, described: pa.Table | None) -> Iterator[NodeTable | EdgeTable]:
        """Components of all sources, and the genes whose expression they are."""
        table = distinct(pa.concat_tables(self._components), ["hash", "component", "phenotype", "unit"])
        names = table["component"].combine_chunks()
        descriptions = pa.nulls(len(names), pa.string())
        if described is not None:
            rows = pc.index_in(names, value_set=described["parameter"].combine_chunks())
            texts = described["description"].combine_chunks().take(rows)
            shapes = pc.equal(table["phenotype"].combine_chunks(), "morphology")
            descriptions = pc.if_else(shapes, texts, pa.scalar(None, pa.string()))
        columns = {"name": names, "phenotype": table["phenotype"], "unit": table["unit"], "description": descriptions}
        yield NodeTable("Component", pa.table({"id": hex_keys(table["hash"].to_numpy()), **columns}))
        expressed = distinct(pa.concat_tables(self._expressed), ["hash", "gene"])
        ends = {"source": hex_keys(expressed["hash"].to_numpy()), "target": expressed["gene"]}
        yield EdgeTable("ExpressionOf", "Component", "Gene", pa.table(ends))

    def _perturbations(self, identifiers: pa.Array, rank: NDArray[np.int64], strains: pa.Table) -> pa.Table:
        genes = pa.concat_tables(self._genes)
        rows = genes["row"].to_numpy()
        several = np.bincount(rows, minlength=strains.num_rows)[rows] > 1
        table = pa.table(
            {
                "source": identifiers.take(pa.array(rank[rows])),
                "target": genes["gene"],
                "kind": pa.repeat(pa.scalar(KIND), len(rows)),
                "allele": pa.repeat(pa.scalar(""), len(rows)),
                "strain": strains["strain"].take(pa.array(rows)),
                "role": pc.if_else(pa.array(several), "pair", "single"),
            }
        )
        return table.sort_by([("source", "ascending"), ("target", "ascending")])

    def _measures(self, identifiers: pa.Array, rank: NDArray[np.int64], ordered: Hashes) -> Iterator[EdgeTable]:
        """The values, split by the leading bits of their experiment's identifier: a changed row changes one part."""
        places, components, values = (np.concatenate(parts) for parts in zip(*self._values, strict=True))
        places = rank[places]
        order = np.lexsort((components, places))
        bits = part_bits(len(order))
        bounds = np.searchsorted(leading_bits(ordered, bits)[places[order]], np.arange((1 << bits) + 1))
        for first, last in itertools.pairwise(bounds):
            rows = order[first:last]
            columns = {"source": identifiers.take(pa.array(places[rows])), "target": hex_keys(components[rows])}
            yield EdgeTable("Measures", _LABEL, "Component", pa.table({**columns, "value": values[rows]}))


_TRANSCRIPT = {"hash": "hash", "line": "line", "gene": "component"}


def growth_profiles(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Doubling times (GROWTH_SCHEMA) as profiles of one component, in `schema` (PROFILE_SCHEMA)."""
    genes = rows["gene"].combine_chunks()
    unit = rows.schema.field("relative_doubling_time").metadata[b"unit"].decode()
    words = {"phenotype": "growth", "component": "doubling time", "unit": unit}
    columns = {
        "line": rows["line"],
        "strain": genes.cast(schema.field("strain").type),
        "genes": pa.ListArray.from_arrays(pa.array(np.arange(len(genes) + 1, dtype=np.int32)), genes),
        "value": rows["relative_doubling_time"],
        **{name: pa.repeat(pa.scalar(text), len(genes)).dictionary_encode() for name, text in words.items()},
    }
    return pa.Table.from_pydict(columns, schema=schema)


def _strains(rows: pa.Table) -> tuple[NDArray[np.int64], pa.Table]:
    """The strain of each row by number, and of each strain its first row: line, strain, genes, phenotype."""
    codes = _codes(rows["strain"]) * (1 + _codes(rows["phenotype"]).max(initial=0)) + _codes(rows["phenotype"])
    _, first, numbers = np.unique(codes, return_index=True, return_inverse=True)
    found = rows.select(["line", "strain", "genes", "phenotype"]).take(pa.array(first))
    for name in ("strain", "phenotype"):
        found = found.set_column(found.column_names.index(name), name, _plain(found[name]))
    return numbers, found


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return column.combine_chunks().indices.to_numpy().astype(np.int64)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks().dictionary_decode()


def _known(strains: pa.Table, genes: pa.Table) -> NDArray[np.bool_]:
    """True for each strain all of whose genes were resolved."""
    stated = pc.list_value_length(strains["genes"].combine_chunks()).to_numpy(zero_copy_only=False)
    return np.bincount(genes["row"].to_numpy(), minlength=strains.num_rows) == stated
