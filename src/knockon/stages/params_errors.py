"""What is wrong with params.yaml, in words: the dotted name, its value, and what it must be."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knockon.errors import most_alike

Place = tuple[str | int, ...]

_MUST_BE = {
    "greater_than": "above {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "below {lt:g}",
    "less_than_equal": "{le:g} or less",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "list_type": "a list",
    "too_short": "a list that is not empty",
    "dict_type": "a section of settings",
    "model_type": "a section of settings",
    "model_attributes_type": "a section of settings",
    "none_required": "null",
}
"""What a value must be, by pydantic's type of error; its context fills the gaps."""


def problems(error: ValidationError, tree: object, kind: type[BaseModel]) -> list[str]:
    """A sentence for each value that is wrong. tree: what was checked against `kind`."""
    by_place: dict[Place, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_place.setdefault(_place(tree, detail), []).append(detail)
    return [_sentence(place, details, tree, kind) for place, details in by_place.items()]


def _place(tree: Any, detail: ErrorDetails) -> Place:
    """Where in the file an error lies: pydantic's location without the names of the kinds that it tried."""
    place: list[str | int] = []
    for part in detail["loc"]:
        if not _holds(tree, part):
            break
        tree = tree[part]
        place.append(part)
    return (*place, detail["loc"][-1]) if detail["type"] == "missing" else tuple(place)


def _holds(tree: Any, part: str | int) -> bool:
    return part in tree if isinstance(tree, Mapping) else isinstance(tree, list) and isinstance(part, int)


def _sentence(place: Place, details: list[ErrorDetails], tree: object, kind: type[BaseModel]) -> str:
    name, first = _dotted(place), details[0]
    if first["type"] == "missing":
        return f"{name} is missing; see params.yaml in git for its default"
    if first["type"] in ("extra_forbidden", "invalid_key"):
        return f"{name} is unknown{_meant(place, kind)}"
    value = _value(tree, place)
    if first["type"] == "value_error":
        reason = first["ctx"]["error"]
        return f"{name}: {reason}" if isinstance(value, Mapping) else f"{name} is {_shown(value)}; {reason}"
    return f"{name} is {_shown(value)}; {_must_be(details, _kinds(place, kind))}"


def _must_be(details: list[ErrorDetails], kinds: tuple[Any, ...]) -> str:
    if len(details) == 1 and details[0]["type"] == "literal_error" and len(choices := _choices(details[0])) > 1:
        return f"choose one of {', '.join(choices)}"
    words = [word for detail in details for word in _words(detail)]
    if type(None) in kinds:
        words.append("null")
    return f"it must be {' or '.join(dict.fromkeys(words))}"


def _words(detail: ErrorDetails) -> Iterator[str]:
    if detail["type"] == "literal_error":
        yield from _choices(detail)
    elif detail["type"] in _MUST_BE:
        yield _MUST_BE[detail["type"]].format(**detail.get("ctx", {}))
    else:
        yield f"otherwise: {detail['msg']}"


def _choices(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def _meant(place: Place, kind: type[BaseModel]) -> str:
    """The known name that is most like the last one of `place`, or all of them."""
    (section,) = [each for each in _kinds(place[:-1], kind) if _is_section(each)][:1] or [kind]
    known = [field.alias or name for name, field in section.model_fields.items()]
    if alike := most_alike(str(place[-1]), known, most=1):
        return f"; did you mean {_dotted((*place[:-1], alike[0]))}?"
    return f"; there are {', '.join(known)}"


def _kinds(place: Place, kind: type[BaseModel]) -> tuple[Any, ...]:
    """The types that a value at `place` may have; none where nobody knows the place."""
    kinds: tuple[Any, ...] = (kind,)
    for part in place:
        if isinstance(part, int):
            kinds = tuple(inner for each in kinds for listed in get_args(each) for inner in _alternatives(listed))
            continue
        fields = [
            field
            for section in kinds
            if _is_section(section)
            for name, field in section.model_fields.items()
            if (field.alias or name) == part
        ]
        kinds = tuple(inner for field in fields for inner in _alternatives(field.annotation))
    return kinds


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """An annotation without its bounds, each part of a union by itself."""
    if hasattr(annotation, "__metadata__"):
        return _alternatives(annotation.__origin__)
    if isinstance(annotation, type) or getattr(annotation, "__origin__", None) is list:
        return (annotation,)
    return tuple(inner for part in get_args(annotation) for inner in _alternatives(part))


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _value(tree: Any, place: Place) -> Any:
    for part in place:
        tree = tree[part]
    return tree


def _dotted(place: Place) -> str:
    """`yeast.benchmark.sizes[1]`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return words.removeprefix(".") or "the file"


def _shown(value: object) -> str:
    """A value as a person wrote it, shortened."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
