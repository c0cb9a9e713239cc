"""The digests of code: what a stage does not reach leaves its digest alone, what it reaches does not."""

import re

import pytest

from knockon.errors import KnockonError
from knockon.stages.code import digest_lines, stage_modules, write_digests
from knockon.stages.reach import Package
from tests.stages.toy import FILES, ROOT, change, write_package

NUMBERS = "knockon/numbers.py"


def digests(source):
    package = Package(source)
    return {name: digest_lines(package, module) for name, module in stage_modules(package).items()}


def moved(source, before):
    return {name for name, lines in digests(source).items() if lines != before[name]}


@pytest.fixture
def source(tmp_path):
    write_package(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "stages"),
    [
        (NUMBERS, "# a comment", "# another", set()),
        (NUMBERS, "The scale, times", "The scale times", set()),
        (NUMBERS, "return 7", "return 8", set()),
        (NUMBERS, "SCALE = 3\nOFFSET = 5", "OFFSET = 5\n\nSCALE = 3", set()),
        ("knockon/stages/paths.py", "FIRST = ", "THIRD = 1\nFIRST = ", set()),
        ("knockon/units.py", "OTHER = 2", "OTHER = 3", set()),
        (NUMBERS, "SCALE = 3", "SCALE = 4", {"first"}),
        (NUMBERS, "OFFSET = 5", "OFFSET = 6", {"second"}),
        ("knockon/units.py", "UNIT = 1", "UNIT = 2", {"second"}),
        ("knockon/stages/paths.py", '"data/second.txt"', '"data/2.txt"', {"second"}),
        ("knockon/stages/paths.py", '"data/first.txt"', '"data/1.txt"', {"first", "second"}),
        ("knockon/stages/first.py", "READS = ()", "READS = (1,)", {"first"}),
        (NUMBERS, "from knockon.units import UNIT", "from knockon.units import OTHER as UNIT", {"second"}),
        ("knockon/units.py", "UNIT = 1", "UNIT = 1\nprint('imported')", {"first", "second"}),
        ("knockon/units.py", "UNIT = 1", "UNIT = 1\nUNIT += 1", {"first", "second"}),
        ("knockon/__init__.py", '"""A toy."""', "import warnings\nwarnings.simplefilter('error')", {"first", "second"}),
    ],
)
def test_a_change_moves_the_stages_that_reach_it(source, name, old, new, stages):
    before = digests(source)
    change(source, name, old, new)
    assert moved(source, before) == stages


ADDED = {
    "at the top": ("from knockon.more import more", "more()"),
    "in a function": ("def late():\n    from knockon.more import more\n    return more()", "late()"),
    "of the module": ("from knockon import more as late", "late.more()"),
    "by its whole name": ("import knockon.more", "knockon.more.more()"),
    "passed on": ("from knockon import more as late", "print(late)"),
    "of everything": ("from knockon.more import *", "more()"),
    "of a name that another module imports": ("from knockon.again import more", "more()"),
    "of a name that another module gives late": ("from knockon.late import more", "more()"),
    "in a text": ("LATE = {'a': 'knockon.more:more'}", "LATE"),
    "in a text that is a module": ("LATE = 'knockon.more'", "LATE"),
}


@pytest.mark.parametrize("kind", ADDED)
def test_an_import_is_followed(source, kind):
    top, use = ADDED[kind]
    write_package(
        source,
        {
            "knockon/more.py": "DEPTH = 1\n\n\ndef more():\n    return DEPTH\n",
            "knockon/again.py": "from .more import more\n",
            "knockon/late.py": "def __getattr__(name):\n    from knockon import more\n    return getattr(more, name)\n",
        },
    )
    change(source, NUMBERS, "return SCALE * by", f"return SCALE * by + {use}")
    change(source, NUMBERS, "SCALE = 3", f"{top}\n\nSCALE = 3")
    before = digests(source)
    change(source, "knockon/more.py", "DEPTH = 1", "DEPTH = 2")
    assert moved(source, before) == {"first"}


def test_an_import_for_the_checker_is_not_followed(source):
    checked = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from knockon.more import DEPTH\n\nSCALE = 3"
    write_package(source, {"knockon/more.py": "DEPTH = 1\n"})
    change(source, NUMBERS, "SCALE = 3", checked)
    before = digests(source)
    change(source, "knockon/more.py", "DEPTH = 1", "DEPTH = 2")
    assert moved(source, before) == set()


def test_what_another_module_runs_as_a_program_is_not_reached(source):
    change(source, NUMBERS, "    return 7\n", '    return 7\n\n\nif __name__ == "__main__":\n    print(unused())\n')
    before = digests(source)
    change(source, NUMBERS, "return 7", "return 8")
    assert moved(source, before) == {"numbers"} & set(before)


@pytest.mark.parametrize(
    ("decorator", "stages"),
    [("from functools import cache\n\n@cache", set()), ("from knockon.kept import keep\n\n@keep", {"first", "second"})],
)
def test_a_decorator_of_our_own_may_register_and_counts(source, decorator, stages):
    write_package(source, {"knockon/kept.py": "KEPT = []\n\n\ndef keep(f):\n    KEPT.append(f)\n    return f\n"})
    change(source, NUMBERS, "def unused", f"{decorator}\ndef unused")
    before = digests(source)
    change(source, NUMBERS, "return 7", "return 8")
    assert moved(source, before) == stages


def test_package_data_counts_where_it_is_named(source):
    write_package(source, {"knockon/style.json": "{}", "knockon/other.json": "{}"})
    change(
        source,
        NUMBERS,
        "SCALE = 3",
        "from importlib import resources\n\nSCALE = resources.files('knockon') / 'style.json'",
    )
    before = digests(source)
    assert any(line.startswith("knockon/style.json ") for line in before["first"])
    (source / "knockon/other.json").write_text("{ }")
    assert moved(source, before) == set()
    (source / "knockon/style.json").write_text("{ }")
    assert moved(source, before) == {"first"}


def test_a_stage_that_builds_some_models_reaches_those_alone(source):
    table = "{'one': 'knockon.models:One', 'two': 'knockon.models:Two'}"
    write_package(source, {"knockon/models.py": "class One:\n    x = 1\n\n\nclass Two:\n    x = 2\n"})
    change(source, NUMBERS, "SCALE = 3", f"SCALE = {table}")
    change(source, NUMBERS, "OFFSET = 5", "OFFSET = SCALE")
    change(source, "knockon/stages/first.py", "READS = ()", "READS = ()\nMODELS = ('one',)")
    before = digests(source)
    change(source, "knockon/models.py", "x = 2", "x = 3")
    assert moved(source, before) == {"second"}
    change(source, "knockon/models.py", "x = 3", "x = 2")
    change(source, NUMBERS, "'two': 'knockon.models:Two'", "'two': 'knockon.models:Two', 'three': 'knockon.models:One'")
    assert moved(source, before) == {"second"}
    change(source, "knockon/models.py", "x = 1", "x = 3")
    assert moved(source, before) == {"first", "second"}


def test_a_stage_that_is_no_more_leaves_no_digest(source, tmp_path):
    folder = tmp_path / "digests"
    write_digests(source, folder)
    assert {path.name for path in folder.iterdir()} == {"first.txt", "second.txt", "declared.json"}
    (source / "knockon/stages/second.py").unlink()
    write_digests(source, folder)
    assert {path.name for path in folder.iterdir()} == {"first.txt", "declared.json"}


def test_a_file_that_is_not_python_is_named(source, tmp_path):
    write_package(source, {NUMBERS: "def f(:\n"})
    with pytest.raises(KnockonError, match=r"numbers\.py:1: not valid Python"):
        write_digests(source, tmp_path / "digests")


def test_every_stage_reaches_itself_and_what_it_says_it_builds():
    found = digests(ROOT / "src")
    modules = {name: {line.split()[0] for line in lines} for name, lines in found.items()}
    own = stage_modules(Package(ROOT / "src"))
    assert all(own[name] in lines for name, lines in modules.items())
    assert "knockon.models.strains.elastic_net" in modules["yeast_benchmark"]
    assert "knockon.models.dcell.model" in modules["yeast_train"]
    assert "knockon.models.dcell.model" not in modules["yeast_benchmark"]
    assert "knockon.sources.gfp.avgfp" not in modules["yeast_graph"]
    assert "knockon/sources/registry.yaml" in modules["gfp_sources"]
    assert "knockon/evaluation/style.json" in modules["gfp_evaluate"]


def test_every_file_of_package_data_is_named_where_it_is_read():
    """By its whole name, in a text of its own: a name that is put together could not be followed."""
    package = Package(ROOT / "src")
    code = "".join(path.read_text() for path in package.files.values())
    assert package.data
    assert [name for name in package.data if f'"{name}"' not in code] == []


def test_nothing_is_written_in_a_way_that_can_not_be_followed():
    """A class that registers its subclasses, and the name of a module that is put together: neither is named."""
    code = {name: path.read_text() for name, path in Package(ROOT / "src").files.items()}
    assert [name for name, text in code.items() if "__init_subclass__" in text] == []
    assert [name for name, text in code.items() if re.search(r"""f["']knockon\.(?!\{kind\})""", text)] == []


def test_the_toy_is_whole():
    """So that a change of a file above is a change of a file that stages read."""
    assert {"knockon/stages/first.py", "knockon/stages/second.py", NUMBERS} <= FILES.keys()
