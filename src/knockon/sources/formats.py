"""What a file format is to knockon: the schema of its table, and its reader. Each study lists its own in formats.py."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from knockon.errors import FormatError, KnockonError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from knockon.sources.reading import ReadResult

    Reader = Callable[..., ReadResult]
    Stream = Callable[..., Iterator[ReadResult]]


@dataclass(frozen=True)
class Format:
    """A published format.

    `read(path, **options)` gives all rows in `schema`; files that come along (`companions` in the registry) are
    options that hold a path. `stream`, where there is one, gives the same rows block by block in bounded memory.
    `produces` says which room the rows are for: experiments, genes, strains, sequences, ontology, network, profiles or
    variants. A reader is imported when it is asked for, so that one format does not cost the imports of all.

    place: "module:function" of the reader. columns: the schema, "module:NAME", or a NAME in the reader's module.
    streamed: "module:function" of the reader by blocks. settings: "module:Class", a dataclass whose fields are the
    reader's options, where its own arguments are not. chosen: "module:function" of options → name of the format that
    reads with them, where that is not always this one.
    """

    name: str
    description: str
    produces: str
    place: str
    columns: str
    streamed: str | None = None
    settings: str | None = None
    chosen: str | None = None

    @property
    def schema(self) -> "pa.Schema":
        """Columns of the table, with their units."""
        return resolve_name(self.columns if ":" in self.columns else self._beside(self.columns))

    @property
    def read(self) -> "Reader":
        """The reader."""
        reader: Reader = resolve_name(self.place)
        return reader

    @property
    def stream(self) -> "Stream | None":
        """The reader by blocks, None where the format has none."""
        return None if self.streamed is None else resolve_name(self.streamed)

    def options(self) -> tuple[str, ...]:
        """Names of the reader's options, from its source text: nothing is imported for them."""
        module, _, name = (self.settings or self.place).partition(":")
        return _arguments(module)[name][0 if self.settings else 1 :]

    @property
    def accepts(self) -> Callable[..., object]:
        """What takes the reader's options as its arguments."""
        taken: Callable[..., object] = resolve_name(self.settings or self.place)
        return taken

    def with_options(self, options: Mapping[str, Any], formats: Mapping[str, "Format"]) -> "Format":
        """The format of `formats` that reads with these options: this one, unless it says another."""
        return self if self.chosen is None else formats[resolve_name(self.chosen)(options)]

    def blocks(self, path: Path, **options: Any) -> "Iterator[ReadResult]":
        """Give the rows block by block; one block where the format has no stream.

        Raises FormatError at the end of a file of which no row could be used: it is another format, most likely.
        """
        stream = self.stream
        accepted, refused = 0, None
        for block in (self.read(path, **options),) if stream is None else stream(path, **options):
            accepted += block.table.num_rows
            if refused is None and block.rejects.num_rows:
                refused = block.rejects.slice(0, 1).to_pylist()[0]
            yield block
        if not accepted and refused is not None:
            raise FormatError(
                f"{path}: no row can be used as {self.name}; line {refused['line']}: {refused['reason']} "
                f"({refused['value'][:60]!r}). Is it another format?"
            )

    def _beside(self, name: str) -> str:
        return f"{self.place.partition(':')[0]}:{name}"


Readers = Mapping[str, list[tuple[str, str, str, str]]]
"""What the rows are for → (name, place of the reader, schema, description); see `Format`."""


def formats_of(
    readers: Readers,
    streams: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> dict[str, Format]:
    """Format name → Format. streams, settings, chosen: format name → the places that `Format` describes."""
    more = [each or {} for each in (streams, settings, chosen)]
    return {
        name: Format(name, description, produces, place, columns, *[each.get(name) for each in more])
        for produces, listed in readers.items()
        for name, place, columns, description in listed
    }


def find_format(name: str, formats: Mapping[str, Format]) -> Format:
    """Look a format up. Raises KnockonError that names the nearest ones where there is none of this name."""
    if name in formats:
        return formats[name]
    raise KnockonError(f"there is no format {name!r}{nearest(name, formats)} (`knockon sources formats` lists them)")


@cache
def _arguments(module: str) -> dict[str, tuple[str, ...]]:
    """Names of the arguments of every function of a module, and of the fields of every class, by its name."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.parse(Path(spec.origin).read_bytes()).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = tuple(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))
        elif isinstance(node, ast.ClassDef):
            fields = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
            found[node.name] = tuple(field.id for field in fields if isinstance(field, ast.Name))
    return found
