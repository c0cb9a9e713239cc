"""Python as it runs: syntax trees without comments, docstrings, positions and types for the checker alone, as text.

The same text comes out of every Python from 3.11 on, so that a digest of it does not depend on who runs a stage.
"""

import ast
from collections.abc import Iterator

# None of them changes what is run; some Pythons have them and others do not.
_SILENT = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


def parsed(text: str, name: str = "<unknown>") -> ast.Module:
    """The tree of a module's text, without what says nothing to the interpreter. name: of its file, for an error."""
    tree = ast.parse(text, name)
    _prune(tree)
    return tree


def is_main_block(node: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__": …`: run by `python -m`, not by an import."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


class Reading:
    """A tree read once: its text, equal for equal programs whatever their layout, and what stands in it.

    names: every name with the attributes behind it, as in ("paths", "RAW"); texts: every string; imports: their
    statements.
    """

    def __init__(self, node: ast.AST) -> None:
        self.names: set[tuple[str, ...]] = set()
        self.texts: set[str] = set()
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self._parts: list[str] = []
        self._read(node)
        self.text = "".join(self._parts)

    def _read(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name | ast.Attribute):
            self._read_name(node)
        elif isinstance(node, ast.Constant):
            self._parts.append(repr(node.value))
            if isinstance(node.value, str):
                self.texts.add(node.value)
        else:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.append(node)
            self._read_fields(node)

    def _read_name(self, node: ast.expr) -> None:
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            attributes.append(node.id)
            self.names.add(tuple(reversed(attributes)))
        else:
            self._read(node)
        self._parts += [".", *(f"{name}." for name in reversed(attributes))]

    def _read_fields(self, node: ast.AST) -> None:
        self._parts.append(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or value == [] or name in _SILENT:
                continue
            self._parts.append(f" {name}=")
            if isinstance(value, ast.AST):
                self._read(value)
            elif isinstance(value, list):
                for item in _joined(value) if isinstance(node, ast.JoinedStr) else value:
                    self._parts.append(" ")
                    # An absent default or key is None; the constant None is a node.
                    self._read(item) if isinstance(item, ast.AST) else self._parts.append(f"<{item}>")
            else:
                self._parts.append(repr(value))
        self._parts.append(")")


def _prune(node: ast.AST) -> None:
    for name in _BODIES:
        block = getattr(node, name, None)
        # The body of a lambda is an expression.
        if isinstance(block, list):
            kept = [statement for child in block for statement in _kept(child)]
            setattr(node, name, kept)
            for statement in kept:
                _prune(statement)


def _kept(node: ast.AST) -> list[ast.AST]:
    """What a statement leaves: nothing of a docstring or `pass`, the other branch of `if TYPE_CHECKING`."""
    if isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return []
    if isinstance(node, ast.If):
        named = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
        if named == "TYPE_CHECKING":
            return [statement for child in node.orelse for statement in _kept(child)]
    return [node]


def _joined(parts: list[ast.expr]) -> Iterator[ast.expr]:
    """The parts of an f-string with texts side by side made one: Pythons cut them differently."""
    text = ""
    for part in parts:
        if isinstance(part, ast.Constant):
            text += str(part.value)
            continue
        if text:
            yield ast.Constant(text)
        text = ""
        yield part
    if text:
        yield ast.Constant(text)
