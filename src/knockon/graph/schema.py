"""The graph's schema as configs/schema_config.yaml declares it: labels, typed properties, and the unit of each.

BioCypher reads the same file; this module adds what Arrow needs (column types) and what BioCypher doesn't know (units).
"""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import yaml

from knockon.errors import KnockonError

TYPES: dict[str, pa.DataType] = {
    "str": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "str[]": pa.list_(pa.string()),
}
"""Property types of the schema file and the Arrow types that BioCypher writes for them."""


@dataclass(frozen=True)
class Entity:
    """One label. `properties` maps a property to its type in TYPES, `units` to its unit; both in declared order.

    between: for an edge, the (source label, target label) pairs that it may connect; empty for a node.
    """

    label: str
    is_node: bool
    namespace: str
    properties: dict[str, str]
    units: dict[str, str]
    between: tuple[tuple[str, str], ...] = ()

    def arrow_fields(self) -> list[pa.Field]:
        """The properties as Arrow fields with their units."""
        return [
            pa.field(name, TYPES[kind], metadata={"unit": self.units[name]}) for name, kind in self.properties.items()
        ]


@dataclass(frozen=True)
class GraphSchema:
    """All labels of the graph, in the order of the schema file."""

    entities: dict[str, Entity]

    def node(self, label: str) -> Entity:
        """The entity of a node label. Raises KnockonError where the schema has no such node."""
        return self._entity(label, is_node=True)

    def edge(self, label: str) -> Entity:
        """The entity of an edge label. Raises KnockonError where the schema has no such edge."""
        return self._entity(label, is_node=False)

    def _entity(self, label: str, is_node: bool) -> Entity:
        entity = self.entities.get(label)
        if entity is None or entity.is_node != is_node:
            kind = "a node" if is_node else "an edge"
            raise KnockonError(f"{label} is not {kind} of the graph's schema: declare it in configs/schema_config.yaml")
        return entity


def read_schema(path: Path) -> GraphSchema:
    """Read a BioCypher schema file. Raises KnockonError where it is absent, broken, or lacks a type or unit."""
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no such schema file") from error
    except yaml.YAMLError as error:
        raise KnockonError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(tree, dict):
        raise KnockonError(f"{path}: holds no entities; see configs/schema_config.yaml in git")
    entities = [_entity(path, name, body) for name, body in tree.items()]
    return GraphSchema({entity.label: entity for entity in entities})


def _entity(path: Path, name: str, body: object) -> Entity:
    if not isinstance(body, dict) or body.get("represented_as") not in ("node", "edge"):
        raise KnockonError(f"{path}: {name}: represented_as must be node or edge")
    label = "".join(word[0].upper() + word[1:] for word in name.split())
    if body.get("input_label") != label:
        raise KnockonError(f"{path}: {name}: input_label must be {label}, the label that the dump will carry")
    properties, units = body.get("properties") or {}, body.get("units") or {}
    for key, kind in properties.items():
        if kind not in TYPES:
            raise KnockonError(f"{path}: {name}.{key}: type {kind!r} is unknown; choose one of {', '.join(TYPES)}")
        if not isinstance(units.get(key), str):
            raise KnockonError(f"{path}: {name}.{key} states no unit: add it under units")
    if surplus := set(units) - set(properties):
        raise KnockonError(f"{path}: {name}: units of properties that it hasn't: {', '.join(sorted(surplus))}")
    is_node = body["represented_as"] == "node"
    between = tuple((str(source), str(target)) for source, target in body.get("between", ()))
    if is_node == bool(between):
        raise KnockonError(f"{path}: {name}: an edge states the labels it is `between`, a node does not")
    return Entity(label, is_node, str(body.get("namespace", "id")), dict(properties), dict(units), between)
