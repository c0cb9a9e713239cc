"""The command line: what every command needs, and nothing that takes seconds to import."""

import subprocess
import sys

from typer.testing import CliRunner

from knockon.commands.main import app


def test_torch_is_imported_by_those_commands_alone_that_need_it():
    code = "import knockon.commands.main, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_group_has_its_commands():
    for group, commands in {
        "sources": ["list", "fetch", "verify", "read", "formats"],
        "graph": ["summary", "load", "query", "shell"],
        "predict": ["yeast", "gfp"],
        "dcell": ["train"],
    }.items():
        shown = CliRunner().invoke(app, [group, "--help"]).output
        assert all(command in shown for command in commands), group
