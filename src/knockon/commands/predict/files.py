"""The files that a prediction reads: there, and whole, before anything slow is imported."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knockon.errors import FormatError, KnockonError

_AGAIN = "run `dvc checkout` or `dvc pull`, or make it again with `dvc repro`"


def clone_in(directory: Path) -> None:
    """Raise KnockonError where `directory` is no root of a clone."""
    if not directory.is_dir():
        raise KnockonError(f"{directory}: there is no such folder; give --directory, the root of a clone of knockon")
    if not (directory / "dvc.yaml").is_file():
        raise KnockonError(
            f"{directory.resolve()} is no clone of knockon: it has no dvc.yaml; "
            "go to the root of one, or give it as --directory"
        )


@contextmanager
def readable(root: Path, *folders: Path) -> Iterator[None]:
    """Refuse damaged Parquet files in these folders of a clone, at once by their ends, or when their middle is read.

    Raises FormatError with the file, or with what the reader said where the damage shows later.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(path for folder in folders for path in (root / folder).glob("*.parquet")):
        try:
            with path.open("rb") as source:
                pq.ParquetFile(source)
        except (pa.ArrowException, OSError) as error:
            raise FormatError(f"{path}: is no Parquet file, or a damaged one ({_line(error)}); {_AGAIN}") from error
    try:
        yield
    except FileNotFoundError as error:
        raise KnockonError(f"{root / str(error.filename or error)}: is missing; {_AGAIN}") from error
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"{root.resolve()}: a file is damaged ({_line(error)}); {_AGAIN}") from error


def _line(error: Exception) -> str:
    """What a reader said, on one line."""
    return " ".join(str(error).split())
