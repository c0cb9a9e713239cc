"""Which code files a stage uses: found by following imports, so that dvc.yaml can list every one of them.

`python -m knockon.stages.dependencies` rewrites the code part of `deps` and the `params` of every stage in dvc.yaml;
a test holds that nothing is missing. A stage whose code changed is run again, one whose code did not is left alone.
"""

import ast
import re
from pathlib import Path

from ruamel.yaml import YAML

_COMMAND = re.compile(r"python -m (knockon[\w.]*)")
# Models are built from strings such as "knockon.models.dcell.network:build", so that only the chosen one is imported.
_LAZY = re.compile(r"^(knockon(?:\.\w+)+)(?::\w+)?$")


def module_file(root: Path, module: str) -> Path | None:
    """Path of a knockon module relative to `root`, None where there is no such module (a name imported from one)."""
    base = Path("src", *module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if (root / path).is_file()), None)


def imported_modules(tree: ast.Module, built: tuple[str, ...] | None = None) -> set[str]:
    """Names of knockon modules (and of things in them) that a module imports, at its top or inside a function.

    built: the only models that are built of a dictionary of lazy names; None where any may be.
    """
    names: set[str] = set()
    skipped = {
        id(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict) and built is not None
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value not in built
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (lazy := _LAZY.match(node.value)):
            names.add(lazy.group(1))
    return {name for name in names if name.split(".")[0] == "knockon"}


def code_files(root: Path, module: str) -> list[str]:
    """Every file of the package that `module` uses, itself included, following imports; posix paths, sorted."""
    found: set[Path] = set()
    waiting = [module]
    # A stage that can only build some models says so, so that a change of another one does not run it again.
    built = constant(root, module, "MODELS")
    while waiting:
        path = module_file(root, waiting.pop())
        if path is None or path in found:
            continue
        found.add(path)
        waiting.extend(imported_modules(ast.parse((root / path).read_text()), built))
    # An __init__.py that only holds a docstring can't change what a stage does.
    return sorted(path.as_posix() for path in found if path.name != "__init__.py" or _has_code(root / path))


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text()).body
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in body)


def constant(root: Path, module: str, name: str) -> tuple[str, ...] | None:
    """A tuple of texts that a stage's module declares or imports, such as PARAMS; None where it has none."""
    path = module_file(root, module)
    for node in ast.parse((root / path).read_text()).body if path else []:
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
            return constant(root, str(node.module), name)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return tuple(str(value) for value in ast.literal_eval(node.value))
    return None


def stage_module(command: str) -> str | None:
    """The module that a stage's command runs, None for a command of another kind."""
    match = _COMMAND.search(command)
    return match.group(1) if match else None


def rewrite(root: Path) -> None:
    """Bring the code deps and the params of every stage in dvc.yaml up to date; data deps keep their order."""
    editor = YAML()
    editor.indent(mapping=2, sequence=4, offset=2)
    editor.width = 200
    path = root / "dvc.yaml"
    document = editor.load(path.read_text())
    for stage in document["stages"].values():
        module = stage_module(stage["cmd"])
        if module is None:
            continue
        data = [name for name in stage.get("deps", []) if not str(name).endswith(".py")]
        stage["deps"] = data + code_files(root, module)
        if params := constant(root, module, "PARAMS"):
            stage["params"] = list(params)
    with path.open("w") as file:
        editor.dump(document, file)


if __name__ == "__main__":
    rewrite(Path.cwd())
