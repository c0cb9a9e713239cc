"""Commands that are imported when they are called, so that `--help` costs next to nothing.

A group lists its commands by name, help and the place of their code; the code of one command is imported, no other's.
"""

from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, ClassVar, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True)
class Command:
    """Where a command is, "module:name" of a function or of a `typer.Typer`, and its line in the list of commands."""

    place: str
    help: str

    def load(self) -> Any:
        """Import the command's code: what typer runs."""
        found = resolve_name(self.place)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = command_group()
        alone.command()(found)
        return get_command(alone)


class LazyGroup(TyperGroup):
    """A group whose commands stand in `listed`, a subclass names them, or were added as typer does."""

    listed: ClassVar[dict[str, Command]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # Stand-ins, for the list of commands and for "did you mean".
        for name, command in self.listed.items():
            self.add_command(TyperCommand(name, help=command.help))

    def get_params(self, ctx: Any) -> list[Any]:
        """The group's own options, --help among them."""
        return _with_values(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that `args` name, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in self.listed:
            command = self.listed[name].load()
        if command is not None:
            _with_values([command.get_help_option(ctx)])
            _without_pydantic(command.params)
        return name, command, rest


def _with_values(flags: list[Any]) -> list[Any]:
    """Flags that are False where they have no value: of None, typer would have pydantic make a bool, half a second."""
    for flag in flags:
        flag.default = False if flag.default is None else flag.default
    return flags


class _Plain:
    """Makes a text, a path or a list of texts of what stands on the command line, where nothing can be wrong."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value for the command's function; None where the option is not given."""
        return value if value is None else self.kind(value)


def _without_pydantic(options: list[Any]) -> None:
    """Spare typer the import of pydantic, as long as `sources read` itself takes, for options that need no check.

    The attribute is typer's own: a version that has it no longer goes by its own way, slower and with the same result.
    """
    for option in options:
        kind = option.type_descriptor.annotation
        if kind in (str, Path, list[str]):
            option._runtime_param = _Plain(get_origin(kind) or kind)


def command_group(**options: Any) -> typer.Typer:
    """A group in the one style that knockon uses. Help is plain text: rich's needs three times as long to import."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        **{"cls": LazyGroup, **options},
    )
