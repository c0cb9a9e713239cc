"""Every module has a test of its name in the same room, or a line of tests/mirror.txt that says where it is tested."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE, TESTS = ROOT / "src" / "knockon", ROOT / "tests"
LINE = re.compile(r"(?P<module>\S+)\s+(?P<test>\S+\.py)(?: through (?P<through>.+))?")


def modules() -> list[str]:
    files = (file.relative_to(SOURCE).with_suffix("") for file in SOURCE.rglob("*.py") if file.stem != "__init__")
    return sorted(file.as_posix() for file in files)


def own_test(module: str) -> Path:
    return TESTS / Path(module).parent / f"test_{Path(module).name}.py"


def table() -> dict[str, re.Match[str]]:
    lines = [line for line in (TESTS / "mirror.txt").read_text().splitlines() if line and not line.startswith("#")]
    found = [LINE.fullmatch(line) for line in lines]
    assert None not in found, "a line of tests/mirror.txt can't be read"
    return {match["module"]: match for match in found if match is not None}


@cache
def mentioned(file: Path) -> frozenset[str]:
    """Modules of knockon that a file imports or names as "module:builder", itself or in its helpers and fixtures."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value.partition(":")[0])
    helpers = [file.with_name("conftest.py")] if file.name.startswith("test_") else []
    helpers += [TESTS.parent / f"{name.replace('.', '/')}.py" for name in names if name.startswith("tests.")]
    own = {name.removeprefix("knockon.").replace(".", "/") for name in names if name.startswith("knockon.")}
    return frozenset(own).union(*(mentioned(helper) for helper in helpers if helper.exists()))


def reaches(match: re.Match[str]) -> bool:
    """Whether the test mentions the module, or each link of the chain that leads to it mentions the next."""
    file, chain = TESTS / match["test"], (match["through"] or "").split()
    if chain == ["dvc.yaml"]:
        named = f"knockon.{match['module'].replace('/', '.')}" in (ROOT / "dvc.yaml").read_text()
        return named and "repro" in file.read_text()
    links = [file, *(SOURCE / f"{module}.py" for module in chain)]
    links = [link if link.exists() else link.with_suffix("") / "__init__.py" for link in links]
    return all(target in mentioned(link) for link, target in zip(links, [*chain, match["module"]], strict=True))


def test_every_module_has_a_test_or_a_line_that_says_where_it_is_tested():
    missing = [module for module in modules() if not own_test(module).exists() and module not in table()]
    assert not missing, f"write tests/…/test_<module>.py, or a line of tests/mirror.txt, for: {', '.join(missing)}"


def test_no_line_is_left_over():
    known = modules()
    assert not [module for module in table() if module not in known], "these modules are gone"
    assert not [module for module in table() if own_test(module).exists()], "these modules have a test of their name"


@pytest.mark.parametrize("module", table())
def test_the_line_is_true(module: str):
    match = table()[module]
    assert (TESTS / match["test"]).is_file(), f"tests/{match['test']} is gone"
    assert reaches(match), f"tests/{match['test']} does not reach {module}: name the modules between by `through`"
