"""A plain table for a person: what its columns were taken for, and the lines of params.yaml that say so."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from knockon.commands.printing import plain_table, print_plain
from knockon.errors import KnockonError
from knockon.sources.yeast.table.guess import Guess, guess
from knockon.sources.yeast.table.layout import Layout, layout_of

_LISTS = ("genes", "alleles", "values", "ignore")
_WORDS = {
    "phenotype": "what was measured",
    "unit": "of its numbers",
    "genes": "columns that name the perturbed genes",
    "kind": "what was done to the genes",
    "separator": "between several genes in one cell",
    "headers": "what the headers of the other columns name",
    "ignore": "columns that are not read",
}
"""What some settings are, for the lines to paste."""


def guessed_settings(path: Path, stated: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a table, those that were not stated as they are guessed; prints the guess and what to paste.

    Raises FormatError where something can't be told.
    """
    found = guess(path, stated)
    layout = layout_of(path, found.settings)
    _tell(found, stated, layout)
    return found.settings


def is_stated(stated: Mapping[str, Any]) -> bool:
    """Whether a table's layout was stated in full: what is measured, in which unit, and where its numbers stand."""
    return {"phenotype", "unit"} <= set(stated) and ("value" in stated or "headers" in stated)


def _tell(found: Guess, stated: Mapping[str, Any], layout: Layout) -> None:
    shown = plain_table("setting", "value", "", "")
    for name, value in _ordered(found.settings).items():
        how = "as stated" if name in stated else "guessed: confirm it"
        shown.add_row(name, _yaml(value), how, _meaning(name, layout))
    print_plain(shown)
    for note in found.notes:
        print_plain(f"note: {note}")


def _meaning(name: str, layout: Layout) -> str:
    if name == "unit":
        return f"{layout.measured_in.says}; read as {layout.measured_in.formula}"
    return _WORDS.get(name, "")


def print_lines(path: Path, settings: Mapping[str, Any]) -> None:
    """Print the entry of params.yaml for a table, to be pasted."""
    print_plain(
        f"If the rows above are right: copy the file into data/own, and paste this into params.yaml in place of "
        f"`own: []` (dataset, publication, media and temperature are yours to say):\n\n{entry(path, settings)}"
    )


def entry(path: Path, settings: Mapping[str, Any]) -> str:
    """The lines of params.yaml for one table."""
    name = re.sub(r"\W+", "_", path.name.split(".")[0]).strip("_") or "my_table"
    lines = [
        f"  own:\n    - name: {name}",
        f"path: {_yaml(path.name)}",
        "format: table",
        f"dataset: {name}",
        "publication: unpublished        # a DOI where there is one",
        "media: unknown                  # name of the growth medium",
        "temperature: 30.0               # °C",
        "table:",
    ]
    for key, value in _ordered(settings).items():
        comment = f"    # {_WORDS[key]}" if key in _WORDS else ""
        lines.append(f"  {key}: {_yaml(value)}{comment}")
    return "\n      ".join(lines)


def _ordered(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: settings[field.name] for field in fields(Layout) if field.name in settings}


def _yaml(value: object) -> str:
    """A value as it stands in YAML."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_yaml(each) for each in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if isinstance(value, str) and (
        not re.fullmatch(r"[A-Za-z_][\w./-]*", text)
        or text.lower() in ("true", "false", "null", "yes", "no", "on", "off")
    ):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
    return text


def check_lists(options: dict[str, Any]) -> dict[str, Any]:
    """Options of the command line: texts in which a comma parts the columns of a list."""
    lists = {key: [each.strip() for each in str(options[key]).split(",")] for key in _LISTS if key in options}
    if empty := [key for key, names in lists.items() if not all(names)]:
        raise KnockonError(f"option {empty[0]} must name columns with commas between, not {options[empty[0]]!r}")
    return options | lists
