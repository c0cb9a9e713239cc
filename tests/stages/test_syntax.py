"""A tree as text: what does not run leaves no trace, what runs does, and every Python writes the same."""

import ast
import shutil
import subprocess
from hashlib import sha256

import pytest

from knockon.stages.syntax import Reading, is_main_block, parsed
from tests.stages.toy import ROOT

SAMPLE = '''
"""A module."""
import os.path as where
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from somewhere import Thing

@where.decorated(x=1, y=u"two")
class A(where.Base, metaclass=type):
    """A class."""
    field: "int | None" = None
    """Documented."""

    async def f(self, a, /, b=1, *rest, c: bytes = b"b", **more) -> float:
        with open(f"{a!r:>{b}}x" "y" f"{c=}") as file, file:
            return [x async for x in a if x] or {**more, 1: ..., 2.5: 3j}[0:-1]

try:
    match where.f(lambda x: (yield x)):
        case {"a": [1, *_], **other} if (n := len(other)) > 0 or not other:
            del n
        case A(field=None) | "text":
            pass
except* (OSError, ValueError) as error:
    raise RuntimeError from error
finally:
    global_name: int
'''

WRITTEN = "9a12b2ad8d46deed"


def text_of(source):
    return Reading(parsed(source)).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1  # why", "x = 1"),
        ("def f():\n    return 1", "def f():\n\n    '''What.'''\n    return (1)"),
        ("class A:\n    pass", "class A:\n    '''What.'''"),
        ("x = 1\n'''What x is.'''\ny = 2", "x = 1\ny = 2"),
        ("f(a, b=1)", "f(\n    a,\n    b=1,\n)"),
        ("x = 'a' 'b'", 'x = "ab"'),
        ("x = f'{a}b' 'c'", "x = f'{a}bc'"),
        ("import typing\nif typing.TYPE_CHECKING:\n    import a\nelse:\n    b = 1", "import typing\nb = 1"),
    ],
)
def test_what_does_not_run_leaves_no_trace(one, other):
    assert text_of(one) == text_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = a", "x = 'a'"),
        ("x = 'a', 'b'", "x = 'a, b'"),
        ("x = a.b", "x = b.a"),
        ("x = (a + b) + c", "x = a + (b + c)"),
        ("f(a)(b)", "f(a, b)"),
        ("f(a.b).c", "f(a).b.c"),
        ("x = None", "x = ..."),
        ("def f(a, b): return 1", "def f(a, /, b): return 1"),
        ("def f(*, a=None): return 1", "def f(*, a): return 1"),
        ("for x in y:\n    f()", "for x in y:\n    f()\nelse:\n    g()"),
        ("x = f'{a}'", "x = f'{a!r}'"),
        ("{**a}", "{None: a}"),
    ],
)
def test_what_runs_is_told_apart(one, other):
    assert text_of(one) != text_of(other)


def test_what_stands_in_a_tree_is_found():
    reading = Reading(parsed("def f():\n    import a.b\n    return a.b.c(d)['text'].e + f'{g}h'"))
    assert reading.names == {("a", "b", "c"), ("d",), ("g",)}
    assert {"text", "h"} <= reading.texts
    assert len(reading.imports) == 1


def test_the_block_that_an_import_does_not_run_is_known():
    assert is_main_block(ast.parse("if __name__ == '__main__':\n    f()").body[0])
    assert not is_main_block(ast.parse("if name == '__main__':\n    f()").body[0])


def test_the_text_is_the_pinned_one():
    """Another Python must write it too, or a stage runs again only because somebody else runs it."""
    assert sha256(text_of(SAMPLE).encode()).hexdigest()[:16] == WRITTEN


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_other_pythons_write_the_same(version):
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"python{version} is not installed")
    script = (
        "import sys; from hashlib import sha256; from knockon.stages.syntax import Reading, parsed; "
        "print(sha256(Reading(parsed(sys.stdin.read())).text.encode()).hexdigest()[:16])"
    )
    ended = subprocess.run(
        [python, "-c", script],
        input=SAMPLE,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == WRITTEN
