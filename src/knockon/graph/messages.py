"""What a query may get wrong, in the user's words: what is unknown, and the nearest thing that exists.

Stores differ in what they notice: Neo4j finds nothing for an unknown label or property, LadybugDB takes a label in any
case and an absent parameter as null. So names are checked against the schema before a store sees the query.
"""

import re
from collections.abc import Iterator, Mapping

from knockon.errors import KnockonError, nearest
from knockon.graph.schema import Entity, GraphSchema

# Strings and comments of Cypher: what stands in them is no label, property or parameter.
_NOT_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)
_NODE_PATTERN = re.compile(r"\(\s*(\w*)\s*:\s*([\w`|&:\s]+?)\s*[){]")
_EDGE_PATTERN = re.compile(r"-\s*\[\s*(\w*)\s*:\s*([\w`|&:\s]+?)\s*[]{*]")
_PROPERTY = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)(?!\s*[(.\w])")


def code_of(text: str) -> str:
    """The query without comments and with empty strings."""
    return _NOT_CODE.sub(lambda found: "''" if found[0][0] in "\"'" else " ", text)


def parameters_of(text: str) -> set[str]:
    """Names of the parameters that a query uses."""
    return set(re.findall(r"\$(\w+)", code_of(text)))


def check_query(text: str, given: Mapping[str, object], schema: GraphSchema) -> None:
    """Raise KnockonError for a label or property that the schema lacks, and a parameter that is missing or surplus."""
    code = code_of(text)
    if not code.strip():
        raise KnockonError("the query is empty")
    bound = labels_of_variables(code, schema)
    for variable, name in _PROPERTY.findall(code):
        entity = bound.get(variable)
        if entity is not None and name not in (known := _properties(entity)):
            raise KnockonError(f"{entity.label} has no property {name}{nearest(name, known, most=1)}")
    used = parameters_of(text)
    if missing := used - set(given):
        raise KnockonError(f"the query needs parameters that are not given: {', '.join(sorted(missing))}")
    if surplus := set(given) - used:
        raise KnockonError(f"the query has no parameter {min(surplus)}{nearest(min(surplus), used, most=1)}")


def labels_of_variables(code: str, schema: GraphSchema) -> dict[str, Entity | None]:
    """The entity of each variable of a query without comments; None for a variable of several labels."""
    return dict(_bound_variables(code, schema))


def _bound_variables(code: str, schema: GraphSchema) -> Iterator[tuple[str, Entity | None]]:
    """Each variable with the entity of its label; None where it has several. Raises KnockonError for unknown labels."""
    for pattern, is_node in ((_NODE_PATTERN, True), (_EDGE_PATTERN, False)):
        known = {label: entity for label, entity in schema.entities.items() if entity.is_node == is_node}
        for variable, labels in pattern.findall(code):
            names = re.findall(r"\w+", labels)
            if unknown := next((name for name in names if name not in known), None):
                kind = "node" if is_node else "edge"
                raise KnockonError(f"the graph has no {kind} label {unknown}{nearest(unknown, known, most=1)}")
            yield variable, known[names[0]] if len(names) == 1 else None


def _properties(entity: Entity) -> set[str]:
    return {*entity.properties, "id", "preferred_id"} if entity.is_node else set(entity.properties)


def explain(error: str, text: str, schema: GraphSchema) -> KnockonError:
    """Turn an error of the embedded database into one that says what is wrong and where."""
    first = error.strip().splitlines()[0] if error.strip() else "unknown error"
    if found := re.search(r"Cannot find property (\S+) for (\S+?)\.?$", first):
        known = {name for entity in schema.entities.values() for name in _properties(entity)}
        return KnockonError(f"{found[2]} has no property {found[1]}{nearest(found[1], known, most=1)}")
    if found := re.search(r"function (\S+) does not exist", error):
        return KnockonError(f"the query calls {found[1]}(), which the embedded store does not have")
    if found := re.search(r"Variable (\S+) is not in scope", error):
        variables = re.findall(r"[(\[]\s*([A-Za-z_]\w*)", code_of(text))
        return KnockonError(f"the query does not define {found[1]}{nearest(found[1], variables, most=1)}")
    if "read-only" in error or "read only" in error:
        return KnockonError("the graph is read-only: change the sources and build the dump again")
    if "Unable to allocate memory" in error:
        return KnockonError("the result needs more memory than the store may take: ask for ranges, or give it more")
    if first.startswith("Parser exception"):
        return KnockonError(f"the query is not valid Cypher: {_syntax(error, text)}")
    return KnockonError(f"the query can't be run: {first}")


def _syntax(error: str, text: str) -> str:
    place = re.search(r"\(line: (\d+), offset: (\d+)\)", error)
    if not place:
        return error.strip().splitlines()[0]
    number = int(place[1])
    lines = text.splitlines()
    line = lines[number - 1].strip() if number <= len(lines) else ""
    return f"line {number}, column {int(place[2]) + 1}: {line}"
