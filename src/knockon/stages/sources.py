"""What the sources stages of all studies share: a folder of raw files, pinned public ones or simulated ones."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from knockon.atomic import atomic_directory
from knockon.leftovers import remove_leftovers
from knockon.sources.fetch import fetch_all, mirror_from_environment
from knockon.sources.registry import Source
from knockon.stages.stage import Params


def is_public(params: Params, study: str) -> bool:
    """Whether params.yaml asks for the public files of a study, not for simulated ones."""
    return bool(params[f"{study}.source"] == "public")


@contextmanager
def raw_folder(raw: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `raw` if the block ends well; what a killed run left is removed first."""
    remove_leftovers(raw)
    with atomic_directory(raw) as folder:
        yield folder


def fetch_public(folder: Path, study: str, sources: Sequence[Source], places: Mapping[str, Path] | None = None) -> None:
    """Fetch public files into `folder`.

    places: by a source's name, where its file goes below `folder`; as in the study's own folder where it is not named.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.tmp-{os.getpid()}-") as scratch:
        fetched = fetch_all(sources, Path(scratch), mirror_from_environment())
        for source, path in zip(sources, fetched, strict=True):
            target = folder / ((places or {}).get(source.name) or path.relative_to(Path(scratch) / study))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
