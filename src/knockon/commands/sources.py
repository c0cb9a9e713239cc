"""`knockon sources`: which public files there are, getting and checking them, reading any file of a known format."""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from knockon.atomic import atomic_path
from knockon.errors import FormatError, KnockonError
from knockon.progress import track
from knockon.sources.catalogue import FORMATS
from knockon.sources.fetch import fetch_all, mirror_from_environment, verify
from knockon.sources.formats import Format, find_format
from knockon.sources.reading import ReadResult
from knockon.sources.registry import Source, select
from knockon.sources.yeast.measurements import not_measured

app = typer.Typer(help="Public files: list, fetch, verify, read.", no_args_is_help=True)

_EXAMPLES = 3
_WIDTH_OF_A_FILE = 220

Study = Annotated[str | None, typer.Option(help="Only this study: yeast, gfp, affinity or cellstate.")]
Names = Annotated[list[str] | None, typer.Argument(help="Names of sources; all by default.")]
Folder = Annotated[Path, typer.Option(help="Folder for the files, in the layout of the registry.")]


@app.command("list")
def list_sources(study: Study = None) -> None:
    """List the pinned public files."""
    table = _table("name", "path", "MB", "format", "licence", "citation")
    for source in select(study):
        size = f"{source.bytes / 1e6:.1f}"
        table.add_row(source.name, source.path, size, source.format or "", source.licence, source.citation)
    _print(table)


@app.command("fetch")
def fetch_sources(names: Names = None, study: Study = None, folder: Folder = Path("data/raw")) -> None:
    """Fetch files from the mirror (KNOCKON_MIRROR) or the network, and verify them."""
    sources = select(study, names or None)
    paths = fetch_all(sources, folder, mirror_from_environment())
    _print(f"{len(paths)} files in {folder}, {sum(source.bytes for source in sources) / 1e6:.1f} MB, verified")


@app.command("verify")
def verify_sources(names: Names = None, study: Study = None, folder: Folder = Path("data/raw")) -> None:
    """Check files against their pinned checksums."""
    sources = select(study, names or None)
    problems = _verify_all(sources, folder)
    for problem in problems:
        _print(problem)
    if problems:
        raise KnockonError(f"{len(problems)} of {len(sources)} files in {folder} are missing or wrong")
    _print(f"{len(sources)} files in {folder} are as pinned")


@app.command("formats")
def list_formats() -> None:
    """List the formats that `read` understands, with their options."""
    table = _table("format", "for", "description", "options")
    for known in FORMATS.values():
        options = [name for name in _parameters(known) if name != "path"]
        table.add_row(known.name, known.produces, known.description, ", ".join(options))
    _print(table)


@app.command("read")
def read_file(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="Name of a format; see `formats`.")],
    file: Annotated[Path, typer.Argument(help="The file; .gz is understood.")],
    out: Annotated[Path | None, typer.Option(help="Write the accepted rows to this Parquet file.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="Reader option, name=value; see `formats`.")] = None,
) -> None:
    """Read a file of a known format and tell which rows were accepted, and which were not and why."""
    known = find_format(format_name, FORMATS)
    reading = _Reading()
    blocks = track(known.blocks(file, **_options(known, option or [])), f"reading {file.name}")
    try:
        reading.take(known, blocks, out)
    except pa.ArrowInvalid as error:
        raise FormatError(f"{file}: can't be read as {known.name}: {str(error)[:200]}") from error
    _summary(known, reading)
    if reading.rejects:
        _print(_rejects(pa.concat_tables(reading.rejects)))
    if out is not None:
        _print(f"written to {out}")


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


def _verify_all(sources: Sequence[Source], folder: Path) -> list[str]:
    problems = []
    for source in track(sources, "verifying", total=len(sources)):
        try:
            verify(source, folder)
        except KnockonError as error:
            problems.append(str(error))
    return problems


def _summary(known: Format, reading: _Reading) -> None:
    _print(f"{known.name}: {reading.rows:,} rows accepted")
    if reading.not_measured:
        _print(f"{reading.not_measured:,} cells are marked as not measured")
    first = reading.first.to_pylist()[0] if reading.first is not None else {}
    shown = _table("column", "type", "unit", "first row")
    for column in known.schema:
        unit = (column.metadata or {}).get(b"unit", b"").decode()
        shown.add_row(column.name, str(column.type), unit, str(first.get(column.name, ""))[:60])
    _print(shown)


def _rejects(rejects: pa.Table) -> Table:
    counts = rejects.group_by("reason").aggregate([("reason", "count")]).sort_by([("reason_count", "descending")])
    table = _table("rejected", "reason", "first lines and values")
    table.title = f"{rejects.num_rows:,} rejected"
    for row in counts.to_pylist():
        examples = rejects.filter(pc.equal(rejects["reason"], row["reason"])).slice(0, _EXAMPLES).to_pylist()
        shown = "\n".join(f"line {example['line']}: {example['value']}" for example in examples)
        table.add_row(f"{row['reason_count']:,}", row["reason"], shown)
    return table


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


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(content: object) -> None:
    # Made anew each time, so that the width and the stream are those of the moment.
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_OF_A_FILE)
    console.print(content, markup=False, soft_wrap=isinstance(content, str))
