"""A store's error in the user's words: what is unknown, and the nearest thing that exists."""

import difflib
import re
from collections.abc import Iterable, Mapping

from knockon.errors import KnockonError
from knockon.graph.schema import GraphSchema

# Strings and comments of Cypher: what stands in them is no label, property or parameter.
_NOT_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)


def code_of(text: str) -> str:
    """The query without comments and with empty strings."""
    return _NOT_CODE.sub(lambda found: "''" if found[0][0] in "\"'" else " ", text)


def parameters_of(text: str) -> set[str]:
    """Names of the parameters that a query uses."""
    return set(re.findall(r"\$(\w+)", code_of(text)))


def check_parameters(text: str, given: Mapping[str, object]) -> None:
    """Raise KnockonError where a parameter is missing (a store would take it as null) or is not in the query."""
    used = parameters_of(text)
    if missing := used - set(given):
        raise KnockonError(f"the query needs parameters that are not given: {', '.join(sorted(missing))}")
    if surplus := set(given) - used:
        raise KnockonError(f"the query has no parameter {sorted(surplus)[0]}{nearest(sorted(surplus)[0], used)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?` with the most alike of the known names, or a list of them where none is alike."""
    known = sorted(set(known))
    lower = {candidate.lower(): candidate for candidate in known}
    alike = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
    if alike:
        return f"; did you mean {lower[alike[0]]}?"
    return f"; there are {', '.join(known)}" if known else ""


def explain(error: str, text: str, schema: GraphSchema) -> KnockonError:
    """Turn an error of the embedded database into one that names what is unknown and what is nearest to it."""
    first = error.strip().splitlines()[0] if error.strip() else "unknown error"
    if found := re.search(r"Table (\S+) does not exist", error):
        return KnockonError(
            f"the graph has no label {found[1]}{nearest(found[1], _labels_like(found[1], text, schema))}"
        )
    if found := re.search(r"Cannot find property (\S+) for (\S+?)\.?$", first):
        known = _properties_of(found[2], text, schema)
        return KnockonError(f"{found[2]} has no property {found[1]}{nearest(found[1], known)}")
    if found := re.search(r"function (\S+) does not exist", error):
        return KnockonError(f"the query calls {found[1]}(), which the embedded store does not have")
    if found := re.search(r"Variable (\S+) is not in scope", error):
        variables = re.findall(r"[(\[]\s*([A-Za-z_]\w*)", code_of(text))
        return KnockonError(f"the query does not define {found[1]}{nearest(found[1], variables)}")
    if "read-only" in error or "read only" in error:
        return KnockonError("the graph is read-only: change the sources and build the dump again")
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


def _labels_like(name: str, text: str, schema: GraphSchema) -> list[str]:
    """Labels of the kind that the query uses the name for: edges stand in brackets."""
    is_edge = re.search(rf"\[[^\]]*:[^\]]*{re.escape(name)}\b", code_of(text)) is not None
    return [label for label, entity in schema.entities.items() if entity.is_node != is_edge]


def _properties_of(variable: str, text: str, schema: GraphSchema) -> set[str]:
    """Properties of the label that the query gives to a variable; of all labels where it gives none."""
    found = re.search(rf"[(\[]\s*{re.escape(variable)}\s*:\s*(\w+)", code_of(text))
    chosen = [schema.entities[found[1]]] if found and found[1] in schema.entities else schema.entities.values()
    names = {name for entity in chosen for name in entity.properties}
    return names | ({"id"} if any(entity.is_node for entity in chosen) else set())
