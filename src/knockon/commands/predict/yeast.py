"""`knockon predict yeast`: the phenotype of knock-outs that you name, beside expectation and measurements."""

import csv
import io
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from knockon.atomic import write_text
from knockon.commands.predict.strain_answers import LEVEL, Answer, answers
from knockon.errors import FormatError, KnockonError

if TYPE_CHECKING:
    from rich.console import Console

    from knockon.serving.gene_book import GeneBook

_COLUMN = "knockouts"
_WIDTH = 120
_FIELDS = (
    "knockouts",
    "phenotype",
    "predicted",
    "low",
    "high",
    "expected",
    "measured",
    "measured_error",
    "measured_in",
)


def read_strains(path: Path) -> dict[int, list[str]]:
    """Genotypes by line, from a CSV with a column `knockouts`, genes parted by ; .

    Raises FormatError with file and line.
    """
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: can't be read ({error})") from error
    if not rows or _COLUMN not in (reader.fieldnames or ()):
        raise FormatError(f"{path}, line 1: needs a column {_COLUMN}, genes parted by ; such as YAL001C;YBR020W")
    strains = {}
    for line, row in rows:
        # csv gathers what stands beyond the header under the name None: a second gene must not be passed over.
        if None in row:
            raise FormatError(f"{path}, line {line}: has more fields than the header; part the genes of a strain by ;")
        names = [name.strip() for name in (row[_COLUMN] or "").split(";") if name.strip()]
        if not names:
            raise FormatError(f"{path}, line {line}: names no gene")
        strains[line] = names
    return strains


def as_csv(found: list[Answer]) -> str:
    """The answers as CSV, a line a phenotype of a strain."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _FIELDS, lineterminator="\n")
    writer.writeheader()
    for answer in found:
        row: dict[str, Any] = {name: getattr(answer, name) for name in _FIELDS[1:]}
        numbers = {name: "" if value is None else f"{value:.4f}" for name, value in row.items() if not _text(value)}
        writer.writerow({**row, **numbers, "knockouts": ";".join(answer.genes)})
    return target.getvalue()


def _text(value: object) -> bool:
    return isinstance(value, str)


def _console() -> "Console":
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    # A table of numbers that is cut or folded is worse than one that a narrow terminal wraps.
    console.width = max(console.width, _WIDTH)
    return console


def _print(console: "Console", book: "GeneBook", found: list[Answer]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("strain", "phenotype", "predicted", f"{LEVEL:.0%} interval", "expected", "measured", "from"):
        table.add_column(column, justify="left" if column in ("strain", "phenotype", "from") else "right")
    for answer in found:
        interval = "–" if answer.low is None or answer.high is None else f"[{answer.low:.3f}, {answer.high:.3f}]"
        numbers = ["–" if n is None else f"{n:.3f}" for n in (answer.predicted, answer.expected, answer.measured)]
        if answer.measured_error is not None:
            numbers[2] += f" ± {answer.measured_error:.3f}"
        names = " ".join(f"{book.standard[gene]}Δ" for gene in answer.genes)
        table.add_row(names, answer.phenotype, numbers[0], interval, *numbers[1:], answer.measured_in)
    console.print(table)
    console.print("expected: from single mutants alone (SMF product; no interaction). interval: of a new measurement.")
    if any(len(answer.genes) > 2 for answer in found):
        console.print("fitness of three genes: SMF product and predicted ε of their pairs; τ is taken as 0.")
    for answer in found:
        for names, value, likeness in answer.nearest:
            console.print(f"measured nearby: {names}, {answer.phenotype} {value:.3f} (likeness {likeness:.2f})")


def predict_yeast(
    knockout: Annotated[
        list[str] | None, typer.Option(help="A gene, systematic or common name; once for each gene of the strain.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="Of the measurements shown, °C; any without it.")] = None,
    many: Annotated[
        Path | None, typer.Option("--csv", help="Many strains: a CSV with a column knockouts, genes parted by ;")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the CSV of answers goes; to the screen without it.")] = None,
    subsystems: Annotated[
        Path | None,
        typer.Option(help="Where the subsystems go that each strain shifts: .svg, .png, or .csv; of a DCell only."),
    ] = None,
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Predict the phenotype of a strain, beside the expectation from single mutants and what was measured.

    The model is the one that `dvc repro yeast_train` trained last; its label is what it predicts. A DCell also tells
    which subsystems the strain shifts.
    """
    from knockon.commands.predict.files import clone_in, readable
    from knockon.serving.gene_book import read_gene_book
    from knockon.stages.yeast import paths

    if bool(knockout) == (many is not None):
        raise KnockonError(f"give --knockout or --csv, not {'both' if knockout else 'neither'}")
    asked = read_strains(many) if many is not None else {0: list(knockout or [])}
    names = list(asked.values())
    # What is wrong with the question is told before PyTorch and SciPy are imported, which takes seconds.
    if subsystems is not None:
        from knockon.commands.predict import shifts

        shifts.check_target(subsystems, len(names))
    clone_in(directory)
    book = read_gene_book(directory / paths.TABLES / "genes.parquet")
    for line, strain in asked.items():
        try:
            book.distinct(strain)
        except KnockonError as error:
            raise KnockonError(f"{many}, line {line}: {error}" if many is not None else str(error)) from error
    trained = directory / paths.MODEL / "experiment.json"
    if not trained.is_file():
        raise KnockonError(f"{trained}: there is no trained model; run `dvc repro yeast_train` or `dvc pull`")
    with readable(directory, paths.TABLES, paths.NETWORKS, paths.STORE, paths.EMBEDDINGS, paths.MODEL):
        _answer_all(directory, book, names, temperature, many is None, out, subsystems)


def _answer_all(
    directory: Path,
    book: "GeneBook",
    names: list[list[str]],
    temperature: float | None,
    alone: bool,
    out: Path | None,
    subsystems: Path | None,
) -> None:
    """Load the model of the clone in `directory`, ask it, and print or write what it answers."""
    from knockon.commands.predict import shifts
    from knockon.dataset.store import RecordStore
    from knockon.hiding import lean_lightgbm, without_pandas
    from knockon.models.registry import BOOSTED
    from knockon.serving.yeast import load_served, read_experiment
    from knockon.stages.yeast import paths
    from knockon.stages.yeast.side import KNOWLEDGE

    without_pandas()
    target, drawn = (None if path is None else path.resolve() for path in (out, subsystems))
    shown = alone and target is None
    with chdir(directory):
        told = read_experiment(paths.MODEL)
        if told[0].model in BOOSTED:
            lean_lightgbm()
        served = load_served(paths.MODEL, KNOWLEDGE, told)
        strains = [book.strain(strain, served.genes) for strain in names]
        wanted = drawn is not None or (shown and shifts.has_subsystems(served))
        moved = shifts.moved(served, strains) if wanted else None
        found = answers(served, book, RecordStore(paths.STORE), strains, temperature, nearby=shown)
    if drawn is not None and moved is not None:
        shifts.write_moved(drawn, moved, strains, book, served.experiment.label)
    if shown:
        console = _console()
        _print(console, book, found)
        if moved is not None:
            shifts.print_moved(console, moved, served.experiment.label)
    elif target is None:
        print(as_csv(found), end="")
    else:
        write_text(target, as_csv(found))
