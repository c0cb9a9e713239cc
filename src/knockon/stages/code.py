"""code: a digest of the code of every other stage, so that a stage runs again when what it reaches changed, not else.

The one stage that depends on `src/knockon`. Of each stage it writes data/code/<stage>.txt: a line a module, with a
SHA-256 of what the stage reaches of it (knockon.stages.reach), and a line a file of package data. A comment, a
docstring or code that a stage does not reach leaves its file as it was, and DVC runs nothing but `code`. Where a stage
runs again, the lines that changed say why. Beside them lies what the modules declare of params, for the stage `params`.

It imports nothing but the standard library: it runs before every other stage.
"""

import ast
import gc
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, TypedDict

from knockon.atomic import atomic_directory
from knockon.errors import KnockonError
from knockon.stages.param_files import STAGES, stage_name
from knockon.stages.reach import Package, Reach

READS = (Path("src/knockon"),)
PARAMS = ()

SOURCE = Path("src")
DIGESTS = Path("data/code")
DECLARED = DIGESTS / "declared.json"


class Declared(TypedDict):
    """What a stage's module declares: the params that it reads, and argument → the param that lists its values."""

    params: list[str]
    items: dict[str, str]


def stage_modules(package: Package) -> dict[str, str]:
    """The module of every stage but this one, by the stage's name: stages/yeast/train.py runs yeast_train."""
    names = [name for name in package.files if name.startswith(STAGES) and name != f"{STAGES}code"]
    return {stage_name(name): name for name in names if package.module(name).main}


def declared_params(package: Package) -> dict[str, Declared]:
    """What each stage says in PARAMS and ITEMS."""
    return {
        stage: {
            "params": list(_constant(package, module, "PARAMS") or ()),
            "items": dict(_constant(package, module, "ITEMS") or {}),
        }
        for stage, module in stage_modules(package).items()
    }


def digest_lines(package: Package, module: str) -> list[str]:
    """A line for every module and file of package data that `module` reaches."""
    reach = Reach(package, module, _constant(package, module, "MODELS"))
    joined = {name: "\n".join(texts) for name, texts in reach.texts().items()}
    lines = [f"{name} {_digest(text.encode())}" for name, text in joined.items()]
    files = [path for name in sorted(reach.data) for path in package.data[name]]
    return lines + [f"{path.relative_to(package.root).as_posix()} {_digest(path.read_bytes())}" for path in files]


def _constant(package: Package, module: str, name: str) -> Any:
    """A literal that a module defines or imports, such as the tuple MODELS; None where it has none."""
    found = package.module(module)
    for origin in found.origins.get(name, ()):
        return _constant(package, origin.module, origin.name)
    for statement in found.definitions.get(name, ()):
        if isinstance(statement.node, ast.Assign):
            return ast.literal_eval(statement.node.value)
    return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def write_digests(source: Path, folder: Path) -> None:
    """Write `folder` anew: a file a stage, and what they declare.

    Raises KnockonError where a module is not valid Python.
    """
    package = Package(source)
    try:
        found = {name: digest_lines(package, module) for name, module in stage_modules(package).items()}
    except SyntaxError as error:
        raise KnockonError(f"{error.filename}:{error.lineno}: not valid Python: {error.msg}; mend it first") from error
    with atomic_directory(folder) as written:
        for name, lines in found.items():
            (written / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        declared = json.dumps(declared_params(package), indent=2)
        (written / DECLARED.name).write_text(declared + "\n", encoding="utf-8")


def main() -> None:
    """Write the digests of this clone."""
    if not (SOURCE / "knockon").is_dir():
        raise KnockonError(f"{SOURCE}/knockon is not in this folder: run dvc from the root of the repository")
    # Syntax trees are all alive until the end; looking for garbage among them takes a third of the time.
    gc.disable()
    write_digests(SOURCE, DIGESTS)


if __name__ == "__main__":
    try:
        main()
    except KnockonError as error:
        sys.exit(f"error {error}")
