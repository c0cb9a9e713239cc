"""Run as a program: which libraries each command or module loads, one JSON object; each in a fork of its own.

Arguments: `knockon --help` (a command line) or `knockon.stages.yeast.train` (a module), each as one text; commands
first, since what all stages may load is loaded once, before the first module. `torch` stands before those that may
load that: it is loaded once for all of them.
"""

import contextlib
import importlib
import io
import json
import os
import shlex
import sys
import traceback

EVERYWHERE = ("numpy", "pyarrow.compute", "pyarrow.parquet", "scipy.sparse", "pydantic", "ruamel.yaml", "yaml", "rich")
"""What any stage may load."""

WITHIN = ("scipy.stats", "torch._dynamo")
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
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.wait()
    return list(json.loads(text))


def main() -> None:
    found = {}
    for entry in sys.argv[1:]:
        if not entry.startswith("knockon "):
            for name in EVERYWHERE:
                importlib.import_module(name)
        if entry == "torch":
            importlib.import_module(entry)
        else:
            found[entry] = in_a_fork(entry)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
