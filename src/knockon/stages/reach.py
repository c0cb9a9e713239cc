"""What of the package a module reaches: top-level definitions, found by following names, not whole files.

- A stage's module counts whole. `from knockon.x import a` reaches the definition of `a`, and what that uses;
  `paths.RAW` reaches `RAW` of the module `paths`. A module that is used in any other way counts whole.
- Statements that do something when a module is imported (calls, `if`, augmented assignments, registrations) always
  count, of every module that is imported on the way.
- "knockon.x:name" in a text is followed like an import: models are built from such texts. A stage that can build some
  of them alone says so by `MODELS = (…)`; entries of dictionaries under other names are then left out.
- The name of a file of package data in a text, such as "style.json", reaches that file.

Names are followed without regard to scopes: a local variable called like a definition reaches it. That can run a stage
once too often, never too rarely.
"""

import ast
import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from knockon.stages.syntax import Reading, is_main_block, parsed

Built = tuple[str, ...] | None
"""The only models that a stage builds; None where it may build any."""

Link = tuple[str, str | None]
"""A module, and a name in it: None for the whole module, "" for what importing it does."""

_LAZY = re.compile(r"^(knockon(?:\.\w+)+)(?::(\w+))?$")
_PURE_DECORATORS = frozenset({"property", "staticmethod", "classmethod"})


@dataclass(frozen=True)
class Origin:
    """Where an imported name comes from. name: "" where it is the module itself."""

    module: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@dataclass(frozen=True)
class Described:
    """A statement as text, with the origins of the imported names in it; what it reaches; files that it names."""

    text: str
    links: frozenset[Link]
    data: frozenset[str]


@dataclass(eq=False)
class Statement:
    """One statement at the top of a module. names: what it defines; none where it counts whenever it is imported."""

    node: ast.stmt
    names: tuple[str, ...] = ()
    described: dict[Built, Described] = field(default_factory=dict)

    @cached_property
    def reading(self) -> Reading:
        """Its text, and what stands in it."""
        return Reading(self.node)

    @cached_property
    def has_models(self) -> bool:
        """Whether it holds a dictionary whose entries stand for models."""
        lazy = any(_LAZY.match(text) for text in self.reading.texts)
        return lazy and any(isinstance(node, ast.Dict) for node in ast.walk(self.node))


class Module:
    """A parsed module: its definitions by name, what it does on import, and where its imported names come from."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.definitions: dict[str, list[Statement]] = {}
        self.effects: list[Statement] = []
        self.main: list[Statement] = []
        self.origins: dict[str, list[Origin]] = {}
        self.imported: list[Origin] = []
        body = parsed(path.read_text(encoding="utf-8"), str(path)).body
        bound = self.bindings(body)
        outside = {name for name, origin in bound if origin.module.split(".")[0] != "knockon"} | _PURE_DECORATORS
        for node in body:
            self._add(node, outside)

    def _add(self, node: ast.stmt, outside: Iterable[str]) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._bind([node])
        elif is_main_block(node):
            self.main.append(Statement(node))
        elif names := _defined(node, outside):
            for name in names:
                self.definitions.setdefault(name, []).append(Statement(node, names))
        else:
            self.effects.append(Statement(node))
            self._bind(self.effects[-1].reading.imports)

    def _bind(self, nodes: Iterable[ast.stmt]) -> None:
        for name, origin in self.bindings(nodes):
            self.imported.append(origin)
            self.origins.setdefault(name, []).append(origin)

    def all_definitions(self) -> list[Statement]:
        """Every statement that defines a name."""
        return [statement for defining in self.definitions.values() for statement in defining]

    def bindings(self, nodes: Iterable[ast.stmt]) -> list[tuple[str, Origin]]:
        """Name and origin of everything that these import statements bind."""
        found: list[tuple[str, Origin]] = []
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    # `import a.b` binds a, and runs a.b.
                    bound = alias.asname or alias.name.partition(".")[0]
                    found.append((bound, Origin(alias.name if alias.asname else bound)))
                    found.append(("", Origin(alias.name)))
            elif isinstance(node, ast.ImportFrom):
                parts = self._package.split(".")
                above = parts[: len(parts) + 1 - node.level] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                found += [(alias.asname or alias.name, Origin(module, alias.name)) for alias in node.names]
        return found


class Package:
    """The source of the package, parsed when it is asked for. root: the folder that holds `knockon`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._modules: dict[str, Module] = {}
        self.files: dict[str, Path] = {}
        self.data: dict[str, list[Path]] = {}
        for path in sorted((root / "knockon").rglob("*")):
            parts = path.relative_to(root).with_suffix("").parts
            if path.suffix == ".py":
                self.files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
            elif path.is_file() and "__pycache__" not in parts:
                self.data.setdefault(path.name, []).append(path)

    def module(self, name: str) -> Module:
        """A module by its dotted name. Raises KeyError where there is none."""
        if name not in self._modules:
            self._modules[name] = Module(name, self.files[name])
        return self._modules[name]

    def link(self, origin: Origin, attributes: tuple[str, ...] = ()) -> Link:
        """The definition that an imported name and the attributes behind it stand for."""
        module, names = origin.module, [name for name in (origin.name, *attributes) if name]
        while names and f"{module}.{names[0]}" in self.files:
            module = f"{module}.{names.pop(0)}"
        return module, names[0] if names else None

    def describe(self, module: Module, statement: Statement, built: Built) -> Described:
        """What a statement says and reaches, for a stage that builds these models."""
        key = built if statement.has_models else None
        if key not in statement.described:
            reading = statement.reading if key is None else Reading(_without_others(statement.node, key))
            statement.described[key] = self._describe(module, reading)
        return statement.described[key]

    def _describe(self, module: Module, reading: Reading) -> Described:
        local = module.bindings(reading.imports)
        links: set[Link] = {(self.link(origin)[0], "") for _, origin in local}
        origins = set()
        for name, *attributes in reading.names:
            found = [*module.origins.get(name, ()), *(origin for bound, origin in local if bound == name)]
            if not found and name not in module.definitions:
                found = [Origin(star.module, name) for star in module.origins.get("*", ()) if self._gives(star, name)]
            origins |= {f"{name}={origin}" for origin in found}
            links |= {self.link(origin, tuple(attributes)) for origin in found}
            if name in module.definitions:
                links.add((module.name, name))
        for lazy in filter(None, map(_LAZY.match, reading.texts)):
            links.add(self.link(Origin(lazy.group(1), lazy.group(2) or "")))
        known = frozenset(link for link in links if link[0] in self.files)
        data = frozenset(reading.texts & self.data.keys())
        return Described(f"{reading.text} {sorted(origins)}", known, data)

    def _gives(self, star: Origin, name: str) -> bool:
        """Whether `from … import *` may bind a name; one that it does not is a builtin or a local variable."""
        if star.module not in self.files:
            return False
        module = self.module(star.module)
        return bool(module.definitions.keys() & {name, "__getattr__"} or module.origins.keys() & {name, "*"})


class Reach:
    """Everything that one module reaches: statements by module, and the names of files of package data."""

    def __init__(self, package: Package, module: str, built: Built = None) -> None:
        self._package = package
        self._waiting: list[tuple[Module, Statement]] = []
        self._followed: set[Link] = set()
        self._texts: dict[str, dict[Statement, str]] = {}
        self.data: set[str] = set()
        start = package.module(module)
        self._follow((module, ""))
        self._take(start, (*start.all_definitions(), *start.main))
        while self._waiting:
            owner, statement = self._waiting.pop()
            described = package.describe(owner, statement, built)
            self._texts[owner.name][statement] = described.text
            self.data |= described.data
            for link in described.links:
                self._follow(link)

    def texts(self) -> dict[str, list[str]]:
        """By module, what counts of it: definitions by name, then what importing it does, in its order."""
        found = {}
        for name, texts in sorted(self._texts.items()):
            module = self._package.module(name)
            named = sorted((one for one in texts if one.names), key=lambda one: (one.names, one.node.lineno))
            does = [one for one in (*module.effects, *module.main) if one in texts]
            if texts:
                found[name] = [texts[one] for one in (*named, *does)]
        return found

    def _take(self, module: Module, statements: Iterable[Statement]) -> None:
        texts = self._texts.setdefault(module.name, {})
        for statement in statements:
            if statement not in texts:
                texts[statement] = ""
                self._waiting.append((module, statement))

    def _follow(self, link: Link) -> None:
        if link in self._followed or link[0] not in self._package.files:
            return
        self._followed.add(link)
        module, name = self._package.module(link[0]), link[1]
        if name == "":
            self._import(module)
            return
        self._follow((module.name, ""))
        if name is None:
            self._take(module, module.all_definitions())
            self._follow_all(origin for origins in module.origins.values() for origin in origins)
        else:
            self._find(module, name)

    def _import(self, module: Module) -> None:
        self._take(module, module.effects)
        self._follow((module.name.rpartition(".")[0], ""))
        for origin in module.imported:
            self._follow((self._package.link(origin)[0], ""))

    def _find(self, module: Module, name: str) -> None:
        """Reach a name of a module, wherever the module has it from."""
        self._take(module, module.definitions.get(name, ()))
        self._follow_all(module.origins.get(name, ()))
        if name in module.definitions or name in module.origins:
            return
        self._take(module, module.definitions.get("__getattr__", ()))
        for origin in module.origins.get("*", ()):
            self._follow((origin.module, name))
        if not module.definitions.keys() & {"__getattr__"} and "*" not in module.origins:
            # Bound in a way that the text does not tell: all of the module, then.
            self._follow((module.name, None))

    def _follow_all(self, origins: Iterable[Origin]) -> None:
        for origin in origins:
            self._follow((origin.module, None) if origin.name == "*" else self._package.link(origin))


def _defined(node: ast.stmt, outside: Iterable[str]) -> tuple[str, ...]:
    """Names that a statement defines, if that is all it does. outside: names that come from other packages."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        # A decorator of our own may register what it decorates; those of libraries do not.
        return (node.name,) if all(_root(decorator) in outside for decorator in node.decorator_list) else ()
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    elif isinstance(node, ast.Assign):
        targets = [one for target in node.targets for one in (getattr(target, "elts", None) or [target])]
    else:
        return ()
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return tuple(names) if len(names) == len(targets) else ()


def _root(node: ast.expr) -> str:
    """The first name of a.b(…).c."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _without_others(node: ast.stmt, built: tuple[str, ...]) -> ast.stmt:
    """A statement without the entries of its dictionaries that stand for other models than these."""
    kept_node = copy.deepcopy(node)
    for table in ast.walk(kept_node):
        if isinstance(table, ast.Dict):
            entries = list(zip(table.keys, table.values, strict=True))
            kept = [entry for entry in entries if not _is_other(*entry, built)]
            table.keys, table.values = [key for key, _ in kept], [value for _, value in kept]
    return kept_node


def _is_other(key: ast.expr | None, value: ast.expr, built: tuple[str, ...]) -> bool:
    return isinstance(key, ast.Constant) and key.value not in built and any(map(_LAZY.match, Reading(value).texts))
