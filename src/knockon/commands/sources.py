"""`knockon sources`: which public files there are, getting and checking them, reading any file of a known format."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.commands.lazy import command_group
from knockon.commands.printing import plain_table, print_plain
from knockon.errors import KnockonError
from knockon.progress import track

if TYPE_CHECKING:
    from knockon.sources.registry import Source

app = command_group(help="Public files: list, fetch, verify, read.")

Study = Annotated[str | None, typer.Option(help="Only this study: yeast, gfp, affinity or cellstate.")]
Names = Annotated[list[str] | None, typer.Argument(help="Names of sources; all by default.")]
Folder = Annotated[Path, typer.Option(help="Folder for the files, in the layout of the registry.")]


@app.command("list")
def list_sources(study: Study = None) -> None:
    """List the pinned public files."""
    from knockon.sources.registry import select

    table = plain_table("name", "path", "MB", "format", "licence", "citation")
    for source in select(study):
        size = f"{source.bytes / 1e6:.1f}"
        table.add_row(source.name, source.path, size, source.format or "", source.licence, source.citation)
    print_plain(table)


@app.command("fetch")
def fetch_sources(names: Names = None, study: Study = None, folder: Folder = Path("data/raw")) -> None:
    """Fetch files from the mirror (KNOCKON_MIRROR) or the network, and verify them."""
    from knockon.sources.fetch import fetch_all, mirror_from_environment
    from knockon.sources.registry import select

    sources = select(study, names or None)
    paths = fetch_all(sources, folder, mirror_from_environment())
    print_plain(f"{len(paths)} files in {folder}, {sum(source.bytes for source in sources) / 1e6:.1f} MB, verified")


@app.command("verify")
def verify_sources(names: Names = None, study: Study = None, folder: Folder = Path("data/raw")) -> None:
    """Check files against their pinned checksums; without names and study, those that params.yaml uses."""
    from knockon.sources.registry import select

    sources = select(study, names or None)
    if study is None and not names and (uses := _uses(Path("params.yaml"))):
        for used, source in uses.items():
            print_plain(
                f"{used}: source {source} (params.yaml)" + ("" if source == "public" else ", nothing is pinned")
            )
        sources = [known for known in sources if uses.get(known.study) == "public"]
        if not sources:
            return
    problems = _verify_all(sources, folder)
    for problem in problems:
        print_plain(problem)
    if problems:
        raise KnockonError(
            f"{len(problems)} of {len(sources)} files ({_studies(sources)}) in {folder} are missing or wrong: "
            "fetch them with `knockon sources fetch`, or `dvc repro`"
        )
    print_plain(f"{len(sources)} files ({_studies(sources)}) in {folder} are as pinned")


@app.command("formats")
def list_formats() -> None:
    """List the formats that `read` understands, with their options."""
    from knockon.sources.catalogue import FORMATS

    table = plain_table("format", "for", "description", "options")
    for known in FORMATS.values():
        table.add_row(known.name, known.produces, known.description, ", ".join(known.options()))
    print_plain(table)


@app.command("read")
def read_file(
    first: Annotated[str, typer.Argument(metavar="[FORMAT]", help="Name of a format; see `formats`.")],
    second: Annotated[str | None, typer.Argument(metavar="FILE", help="The file; .gz is understood.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="The format, where only a file is named.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the accepted rows to this Parquet file.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="Reader option, name=value; see `formats`.")] = None,
) -> None:
    """Read a file of a known format: its first rows as they were understood, and what was rejected and why.

    Of format `table`, what is not stated by options is guessed and shown, with the lines of params.yaml to paste.
    """
    from knockon.commands.reading import read_and_tell
    from knockon.sources.catalogue import FORMATS
    from knockon.sources.formats import find_format

    name, file = (format_name, first) if second is None else (first, second)
    if name is None or (format_name is not None and second is not None):
        raise KnockonError(f"name the format and the file: knockon sources read FORMAT {file}, or table for your own")
    read_and_tell(find_format(name, FORMATS), Path(file), option or [], out)


def _studies(sources: "Sequence[Source]") -> str:
    return ", ".join(sorted({source.study for source in sources}))


def _uses(path: Path) -> dict[str, str]:
    """Study → source of those in a params.yaml; none where there is no such file."""
    from knockon.stages.params_file import study_sources

    return study_sources(path) if path.is_file() else {}


def _verify_all(sources: "Sequence[Source]", folder: Path) -> list[str]:
    from knockon.sources.fetch import verify

    problems = []
    for source in track(sources, "verifying", total=len(sources)):
        try:
            verify(source, folder)
        except KnockonError as error:
            problems.append(str(error))
    return problems
