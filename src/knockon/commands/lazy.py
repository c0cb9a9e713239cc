"""Commands that are imported when they are called, so that `--help` costs next to nothing.

A group lists its commands by name, help and the place of their code; the code of one command is imported, no other's.
"""

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, ClassVar

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
    """A group whose commands stand in `listed`; a subclass names them."""

    listed: ClassVar[dict[str, Command]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # Stand-ins, for the list of commands and for "did you mean".
        self.commands = {name: TyperCommand(name, help=command.help) for name, command in self.listed.items()}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the group's own options."""
        # They are flags. One without a value of its own would have typer import pydantic to make a bool of None.
        for option in self.params:
            option.default = False if option.default is None else option.default
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that `args` name, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.listed[name].load() if name in self.listed else command, rest


def command_group(help: str | None = None, **options: Any) -> typer.Typer:
    """A group in the one style that knockon uses. Help is plain text: rich's needs three times as long to import."""
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        **options,
    )
