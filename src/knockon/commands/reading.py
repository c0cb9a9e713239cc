"""A file of any known format, read for a person: what was accepted, what was not and why."""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from knockon.arrow import without_pandas
from knockon.atomic import atomic_path
from knockon.commands.printing import plain_table, print_plain, print_rejects
from knockon.errors import FormatError, KnockonError
from knockon.progress import track
from knockon.sources.formats import Format
from knockon.sources.reading import ReadResult
from knockon.sources.yeast.measurements import not_measured


def read_and_tell(known: Format, file: Path, given: Sequence[str], out: Path | None) -> None:
    """Read `file`; print what was accepted and rejected. given: reader options, name=value. out: a Parquet file.

    Raises KnockonError for options that the reader does not take, FormatError for a file that can't be read.
    """
    without_pandas()
    reading = _Reading()
    blocks = track(known.blocks(file, **_options(known, given)), f"reading {file.name}")
    try:
        reading.take(known, blocks, out)
    except pa.ArrowInvalid as error:
        raise FormatError(f"{file}: can't be read as {known.name}: {str(error)[:200]}") from error
    _summary(known, reading)
    if reading.rejects:
        print_rejects(pa.concat_tables(reading.rejects))
    if out is not None:
        print_plain(f"written to {out}")


@dataclass
class _Reading:
    """What is told about a file after it was read block by block."""

    rows: int = 0
    not_measured: int = 0
    first: pa.Table | None = None
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
        if self.first is None and block.table.num_rows:
            self.first = block.table.slice(0, 1)
        if block.rejects.num_rows:
            self.rejects.append(block.rejects)


def _summary(known: Format, reading: _Reading) -> None:
    print_plain(f"{known.name}: {reading.rows:,} rows accepted")
    if reading.not_measured:
        print_plain(f"{reading.not_measured:,} cells are marked as not measured")
    first = reading.first.to_pylist()[0] if reading.first is not None else {}
    shown = plain_table("column", "type", "unit", "first row")
    for column in known.schema:
        unit = (column.metadata or {}).get(b"unit", b"").decode()
        shown.add_row(column.name, str(column.type), unit, str(first.get(column.name, ""))[:60])
    print_plain(shown)


def _parameters(known: Format) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(known.read).parameters)


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
