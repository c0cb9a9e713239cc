"""The walls between the rooms of src/knockon, read from the syntax trees: which import, which path crosses one.

An import inside a function or under TYPE_CHECKING counts, and so does a module that is named in a string
("knockon.models.strains.additive:Additive"). Docstrings and messages don't count.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS = (
    ("ground",),
    ("sources", "losses", "training"),
    ("graph", "dataset"),
    ("represent", "evaluation"),
    ("models",),
    ("serving",),
    ("stages", "commands", "api"),
)
"""From the lowest up; the ground is the modules beside the rooms."""

FAMILIES = {"networks": {"strains"}, "pairs": {"networks", "strains"}, "dcell": {"pairs", "networks", "strains"}}
"""Family of models → the others that it may import; a family that is not here, and a module beside them, none."""

STUDIES = {"design": {"yeast"}}
"""Study of stages/ → the others that it may import."""

_FLOOR = {room: height for height, floor in enumerate(FLOORS) for room in floor}
_TOP = r"data|metrics|models|plots|queries|reports|configs|services|demo"
_FOLDER = re.compile(_TOP)
_PATH = re.compile(rf"(?:{_TOP})/\S*|(?:\S*/)?(?:params\.yaml|dvc\.yaml|dvc\.lock)")
_MODULE = re.compile(r"knockon(?:\.\w+)+(?::\w+)?")


@dataclass(frozen=True)
class Violation:
    """What crosses a wall: the file below src/knockon, its line, which of the five rules, and the module or path."""

    file: str
    line: int
    rule: int
    what: str


def violations(package: Path) -> list[Violation]:
    """All violations below `package` (the folder src/knockon), by file and line."""
    return [found for file in sorted(package.rglob("*.py")) for found in _of_file(package, file)]


def _of_file(package: Path, file: Path) -> Iterator[Violation]:
    place = file.relative_to(package)
    nodes = list(ast.walk(ast.parse(file.read_text())))
    texts = _texts(nodes)
    # The registry's table names the families' builders as text: that is what lets it stand beside them.
    named = [] if place == Path("models/registry.py") else [text for text in texts if _MODULE.fullmatch(text[1])]
    # The package's face: `knockon.open_study` is in the api, and is imported when it is asked for.
    modules = [] if place == Path("__init__.py") else [*_imports(nodes, place), *named]
    for line, module in modules:
        target = re.split(r"[.:]", module)[1:]
        if rule := _broken(package, place, target):
            yield Violation(str(place), line, rule, module)
    if place.parts[0] not in ("stages", "commands"):
        yield from (Violation(str(place), line, 5, path) for line, path in _paths(nodes, texts))


def _broken(package: Path, place: Path, target: list[str]) -> int | None:
    """The first rule, 1 to 4, that an import of `target` (a module's names below knockon) breaks in the file."""
    here, there = _room(package, place.parts[0]), _room(package, target[0])
    if here in FLOORS[1] and there not in ("ground", here):
        return 2
    if here in ("stages", "commands") and there in {"commands", "api"} - {here}:
        return 4
    if here not in _FLOOR or there not in _FLOOR or _FLOOR[there] > _FLOOR[here]:
        return 1
    if here == "evaluation" and there not in ("ground", "dataset", here):
        return 1
    if here != there or here not in ("models", "stages"):
        return None
    own, other = _section(package / here, place.parts[1:]), _section(package / here, target[1:])
    if here == "models" and other not in (None, own, *FAMILIES.get(own or "", ())):
        return None if own == "designs" else 3
    if here == "stages" and own is not None and other not in (None, own, *STUDIES.get(own, ())):
        return 4
    return None


def _room(package: Path, name: str) -> str:
    """The room that a file or folder of the package belongs to; its own name where it is a folder."""
    return name if (package / name).is_dir() else "ground"


def _section(room: Path, names: tuple[str, ...] | list[str]) -> str | None:
    """The family or study that a module of the room belongs to; None for a module beside them."""
    return names[0] if names and (room / names[0]).is_dir() else None


def _imports(nodes: list[ast.AST], place: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module of knockon that is imported anywhere in the file."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ["knockon", *place.parts[: len(place.parts) - node.level]] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            # `from knockon.models import pairs` names a family; below a room the module itself says it.
            names = [f"{module}.{alias.name}" for alias in node.names] if module.count(".") < 2 else [module]
        else:
            continue
        yield from ((node.lineno, name) for name in dict.fromkeys(names) if name.startswith("knockon."))


def _texts(nodes: list[ast.AST]) -> list[tuple[int, str]]:
    """Line and text of every string but docstrings, of an f-string what stands before its first brace."""
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values[1:]}
    strings = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, str(node.value)) for node in strings if id(node) not in skipped]


def _paths(nodes: list[ast.AST], texts: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Line and text of every path of the repository: one that begins in a folder of its root, or a file of DVC."""
    yield from (text for text in texts if _PATH.fullmatch(text[1]))
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Path" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and _FOLDER.fullmatch(str(first.value)):
                yield first.lineno, str(first.value)
