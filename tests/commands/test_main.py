"""The command line: its groups, its version, and how it ends."""

import importlib.metadata

import pytest
from typer.testing import CliRunner

from knockon.commands.main import Commands, app
from knockon.commands.predict.group import Predictions
from knockon.dataset.variants import SPLITS


def test_every_group_has_its_commands():
    for group, commands in {
        "sources": ["list", "fetch", "verify", "read", "formats"],
        "graph": ["summary", "load", "query", "shell"],
        "predict": ["yeast", "gfp"],
        "dcell": ["train"],
    }.items():
        shown = CliRunner().invoke(app, [group, "--help"]).output
        assert all(command in shown for command in commands), group


@pytest.mark.parametrize("command", [*Commands.listed.values(), *Predictions.listed.values()], ids=lambda c: c.place)
def test_a_listed_command_is_where_the_list_says(command):
    """They are imported by name, and only when they are called."""
    assert command.load().get_short_help_str(200)


def test_a_mistyped_command_gets_the_nearest():
    assert "Did you mean 'sources'?" in CliRunner().invoke(app, ["source"]).output
    assert "Did you mean 'read'?" in CliRunner().invoke(app, ["sources", "reed"]).output
    assert "Did you mean 'yeast'?" in CliRunner().invoke(app, ["predict", "yest"]).output


def test_the_version_is_that_of_the_package():
    assert CliRunner().invoke(app, ["--version"]).output.strip() == f"knockon {importlib.metadata.version('knockon')}"


def test_options_are_checked_as_ever():
    """Texts and paths are taken as they are; a number that is none is still a mistake."""
    told = CliRunner().invoke(app, ["graph", "summary", "--memory", "much"]).output + (
        CliRunner().invoke(app, ["graph", "shell", "--memory", "much"]).output
    )
    assert "No such option" in told
    assert "--memory" in told
    assert "Missing argument" in CliRunner().invoke(app, ["sources", "read"]).output


def test_the_help_of_predict_names_the_splits_without_importing_them():
    shown = " ".join(CliRunner().invoke(app, ["predict", "gfp", "--help"]).output.split())
    assert all(split in shown for split in SPLITS)
