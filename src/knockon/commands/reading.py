"""A file of any known format, read for a person: what was accepted, what was not and why."""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from knockon.atomic import atomic_path
from knockon.commands.printing import plain_table, print_plain, print_rejects
from knockon.errors import FormatError, KnockonError
from knockon.hiding import without_pandas
from knockon.progress import track
from knockon.sources.catalogue import FORMATS
from knockon.sources.formats import Format
from knockon.sources.reading import ReadResult
from knockon.sources.yeast.measurements import not_measured

_FIRST_ROWS = 4
_LONGEST_CELL = 40


def read_and_tell(known: Format, file: Path, given: Sequence[str], out: Path | None) -> None:
    """Read `file`; print what was accepted and rejected. given: reader options, name=value. out: a Parquet file.

    Raises KnockonError for options that the reader does not take, FormatError for a file that can't be read.
    """
    without_pandas()
    options, guessed = _options(known, given), False
    if known.chosen is not None:
        from knockon.commands.own_table import check_lists, guessed_settings, is_stated

        options = check_lists(options)
        if not is_stated(options):
            options, guessed = guessed_settings(file, options), True
        known = known.with_options(options, FORMATS)
    reading = _Reading()
    blocks = track(known.blocks(file, **options), f"reading {file.name}")
    try:
        reading.take(known, blocks, out)
    except pa.ArrowInvalid as error:
        raise FormatError(f"{file}: can't be read as {known.name}: {str(error)[:200]}") from error
    _summary(known, reading)
    if reading.rejects:
        print_rejects(pa.concat_tables(reading.rejects))
    if out is not None:
        print_plain(f"written to {out}")
    if guessed:
        from knockon.commands.own_table import print_lines

        print_lines(file, options)


@dataclass
class _Reading:
    """What is told about a file after it was read block by block."""

    rows: int = 0
    not_measured: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[pa.Table] = field(default_factory=list)

    def take(self, known: Format, blocks: Iterable[ReadResult], out: Path | None) -> None:
        if out is None:
            for block in blocks:
                self._add(block)
            return
        import pyarrow.parquet as pq

        with atomic_path(out) as temporary, pq.ParquetWriter(temporary, known.schema, compression="zstd") as writer:
            for block in blocks:
                self._add(block)
                writer.write_table(block.table.cast(known.schema))

    def _add(self, block: ReadResult) -> None:
        self.rows += block.table.num_rows
        self.not_measured += not_measured(block.table)
        if len(self.first) < _FIRST_ROWS:
            self.first += block.table.slice(0, _FIRST_ROWS - len(self.first)).to_pylist()
        if block.rejects.num_rows:
            self.rejects.append(block.rejects)


def _summary(known: Format, reading: _Reading) -> None:
    print_plain(f"{known.name}: {reading.rows:,} rows accepted")
    if reading.not_measured:
        print_plain(f"{reading.not_measured:,} cells are marked as not measured")
    if reading.first:
        print_plain("the first rows, as they were understood:")
    shown = plain_table("column", *(f"row {number}" for number in range(1, len(reading.first) + 1)), "type", "unit")
    for column in known.schema:
        unit = (column.metadata or {}).get(b"unit", b"").decode()
        cells = [_cell(row[column.name]) for row in reading.first]
        shown.add_row(column.name, *cells, str(column.type), unit)
    print_plain(shown)


def _cell(value: object) -> str:
    """A value in few letters; a missing one is a dash."""
    text = "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _parameters(known: Format) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(known.accepts).parameters)


def _options(known: Format, given: Sequence[str]) -> dict[str, Any]:
    """Turn name=value texts into the reader's keyword arguments, by the types that its signature declares."""
    parameters = {name: parameter for name, parameter in _parameters(known).items() if name != "path"}
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in parameters:
            known_names = ", ".join(parameters) or "none"
            raise KnockonError(f"{known.name} has no option {text!r} (name=value); its options: {known_names}")
        options[name] = _convert(name, value, parameters[name].annotation)
    needed = [name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty]
    # What a table does not state is guessed.
    needed = [] if known.chosen is not None else needed
    if missing := [name for name in needed if name not in options]:
        raise KnockonError(f"{known.name} needs --option {missing[0]}=…")
    return options


def _convert(name: str, value: str, annotation: object) -> Any:
    kinds = str(annotation)
    if "Path" in kinds:
        return Path(value)
    if "bool" in kinds:
        if value.lower() not in ("true", "false"):
            raise KnockonError(f"option {name} must be true or false, not {value!r}")
        return value.lower() == "true"
    if "float" in kinds:
        try:
            return float(value)
        except ValueError as error:
            raise KnockonError(f"option {name} must be a number, not {value!r}") from error
    return value
