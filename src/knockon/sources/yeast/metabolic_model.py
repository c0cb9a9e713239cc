"""A genome-scale metabolic model in the YAML of RAVEN and cobrapy (yeast-GEM): which gene drives which reaction.

Zhang et al. 2024, Molecular Systems Biology 20:1134 (Yeast9). Only what a network of genes, reactions, subsystems and
metabolites needs is kept.
"""

import gc
import math
import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from knockon.errors import FormatError
from knockon.sources.blocks import read_blocks
from knockon.sources.reading import ReadResult
from knockon.sources.tables import column

GEM_REACTION_SCHEMA = pa.schema(
    [
        column("gene", pa.string(), "systematic name"),
        column("reaction", pa.string(), "identifier in the model, such as r_0001"),
        column("name", pa.string(), "name of the reaction"),
        column("subsystems", pa.list_(pa.string()), "the model's subsystems, KEGG pathway names"),
        column("ec_numbers", pa.list_(pa.string()), "Enzyme Commission numbers"),
        column("rule", pa.string(), "which genes the reaction needs: and joins subunits, or joins isoenzymes"),
    ]
)

GEM_METABOLITE_SCHEMA = pa.schema(
    [
        column("gene", pa.string(), "systematic name"),
        column("metabolite", pa.string(), "identifier in the model, such as s_0025"),
        column("name", pa.string(), "name of the metabolite"),
        column("compartment", pa.string(), "the model's letters: c cytoplasm, m mitochondrion, …"),
        column("reaction", pa.string(), "the reaction that joins gene and metabolite"),
        column("coefficient", pa.float64(), "molecules a turn: negative consumed, positive produced"),
    ]
)

_GENE = re.compile(r"[A-Za-z0-9_.-]+")
_DEEPEST = 20
_OPERATORS = frozenset({"and", "or", "AND", "OR"})


def read_gem_reactions(path: Path) -> ReadResult:
    """Read the gene-reaction pairs into GEM_REACTION_SCHEMA, in the model's order; reactions without a gene have none.

    Raises FormatError for a file that is no such model, with the line where the YAML is broken.
    """
    rows = [
        (gene, reaction["id"], reaction["name"], _listed(reaction, "subsystem"), _listed(reaction, "eccodes"), rule)
        for reaction, rule, genes in _driven_reactions(path, _read_model(path))
        for gene in genes
    ]
    return ReadResult(_table(rows, GEM_REACTION_SCHEMA))


def read_gem_metabolites(path: Path) -> ReadResult:
    """Read one row a gene, reaction and metabolite into GEM_METABOLITE_SCHEMA, in the model's order.

    Raises FormatError for a file that is no such model, or where a reaction uses a metabolite that the model lacks.
    """
    model = _read_model(path)
    metabolites = {metabolite["id"]: metabolite for metabolite in model["metabolites"]}
    rows: list[tuple[Any, ...]] = []
    for reaction, _, genes in _driven_reactions(path, model):
        for identifier, coefficient in _participants(path, reaction, metabolites):
            metabolite = metabolites[identifier]
            ends = (identifier, metabolite["name"], metabolite["compartment"], reaction["id"], coefficient)
            rows.extend((gene, *ends) for gene in genes)
    return ReadResult(_table(rows, GEM_METABOLITE_SCHEMA))


class _SafeModelLoader(yaml.CSafeLoader):
    """The safe loader with !!omap read as a dictionary, which is what the model means by it."""


def _ordered_map(loader: yaml.CSafeLoader, node: yaml.Node) -> dict[Any, Any]:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "an !!omap that is no list", node.start_mark)
    merged: dict[Any, Any] = {}
    for pair in node.value:
        if not isinstance(pair, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "an !!omap entry that is no pair", pair.start_mark)
        merged.update(loader.construct_mapping(pair, deep=True))
    return merged


_SafeModelLoader.add_constructor("tag:yaml.org,2002:omap", _ordered_map)


def _check_nesting(path: Path, text: bytes) -> None:
    """Refuse what a model has no use for and what brings the parser down: deep nesting, and references to elsewhere."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
            what = "a reference (*)" if isinstance(event, yaml.AliasEvent) else f"more than {_DEEPEST} levels"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise FormatError(f"{path}, line {line}: {what}, which no metabolic model has")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Stop the search for reference cycles: among the half million nodes of a model it takes two thirds of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _read_model(path: Path) -> dict[str, Any]:
    text = b"".join(block.data for block in read_blocks(path))
    try:
        _check_nesting(path, text)
        with _collector_paused():
            model = yaml.load(text, Loader=_SafeModelLoader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise FormatError(f"{path}{where}: not readable YAML: {problem}") from error
    except (ValueError, TypeError) as error:
        raise FormatError(f"{path}: not readable YAML: {str(error)[:200]}") from error
    parts = ("metabolites", "reactions", "genes")
    if not isinstance(model, dict) or not all(isinstance(model.get(part), list) for part in parts):
        raise FormatError(f"{path}: lacks the lists metabolites, reactions and genes; is it a metabolic model?")
    _check_entries(path, model)
    return model


def _check_entries(path: Path, model: dict[str, Any]) -> None:
    """Every entry must have the keys that are used below."""
    needed = {"metabolites": {"id", "name", "compartment"}, "reactions": {"id", "name"}, "genes": {"id"}}
    for part, keys in needed.items():
        for place, entry in enumerate(model[part], start=1):
            if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in keys):
                raise FormatError(f"{path}: entry {place} of {part} lacks one of the texts {', '.join(sorted(keys))}")


def _driven_reactions(path: Path, model: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, list[str]]]:
    """Each reaction that has a gene, its rule, and its genes in the order of the rule, each once."""
    known = {gene["id"] for gene in model["genes"]}
    for reaction in model["reactions"]:
        rule = str(reaction.get("gene_reaction_rule") or "")
        genes = [word for word in dict.fromkeys(_GENE.findall(rule)) if word not in _OPERATORS]
        strangers = [gene for gene in genes if gene not in known]
        if strangers:
            raise FormatError(f"{path}: reaction {reaction['id']} names {strangers[0]}, which the model does not list")
        if genes:
            yield reaction, rule, genes


def _participants(path: Path, reaction: dict[str, Any], known: Container[str]) -> Iterator[tuple[str, float]]:
    """The metabolites of a reaction with their coefficients."""
    listed = reaction.get("metabolites") or {}
    if not isinstance(listed, dict):
        raise FormatError(f"{path}: the metabolites of reaction {reaction['id']} are no list of name: coefficient")
    for identifier, coefficient in listed.items():
        if identifier not in known:
            raise FormatError(f"{path}: reaction {reaction['id']} uses {identifier}, which the model does not list")
        if not isinstance(coefficient, int | float) or not math.isfinite(coefficient):
            raise FormatError(f"{path}: reaction {reaction['id']}: the coefficient of {identifier} is no number")
        yield identifier, float(coefficient)


def _listed(reaction: dict[str, Any], key: str) -> list[str]:
    """A value that the model writes as one text, a list, or not at all."""
    value = reaction.get(key) or []
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
