"""Run as a program: which libraries each command or module loads, one JSON object; each in a fork of its own.

Arguments: `knockon --help` (a command line) or `knockon.stages.yeast.train` (a module), each as one text.
"""

import contextlib
import importlib
import io
import json
import os
import shlex
import sys
import traceback

WITHIN = ("scipy.stats", "torch._dynamo", "pyarrow.dataset")
"""Parts of libraries that cost as much as a library."""


def libraries() -> list[str]:
    """Third-party packages that are loaded, by their top name, and the parts in WITHIN."""
    known = sys.stdlib_module_names
    tops = {
        name.partition(".")[0]
        for name, module in list(sys.modules.items())
        if "site-packages" in (getattr(module, "__file__", None) or "")
    }
    return sorted(top for top in tops if top not in known) + [name for name in WITHIN if name in sys.modules]


def load(entry: str) -> None:
    """Run a command line, without what it prints, or import a module."""
    words = shlex.split(entry)
    if words[0] != "knockon":
        importlib.import_module(entry)
        return
    sys.argv = words
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        importlib.import_module("knockon.commands.main").main()


def in_a_fork(entry: str) -> list[str]:
    """What `entry` loads, found in a process that has loaded nothing yet."""
    reader, writer = os.pipe()
    if not os.fork():
        try:
            load(entry)
            os.write(writer, json.dumps(libraries()).encode())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        text = answer.read()
    os.wait()
    return list(json.loads(text))


if __name__ == "__main__":
    print(json.dumps({entry: in_a_fork(entry) for entry in sys.argv[1:]}))
