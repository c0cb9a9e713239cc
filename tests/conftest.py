"""Fixtures that several rooms share."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest

from knockon.threads import one_thread

# Two workers of pytest share the machine: threads of their own would wait for each other, most of all in the small
# sums that tests make. It must stand before the first import of numpy or torch; processes that tests start inherit it.
one_thread()

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection() -> None:
    """Modules of tests are imported without a look for garbage: there is none, and torch has millions of objects."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is looked for, but not in what was imported."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of `--dist loadfile`, which `make test` asks for: long files first."""
    from tests.workers import SlowFirst

    return SlowFirst(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def public_files() -> Path:
    """The folder of public files: KNOCKON_MIRROR, or shared/data beside the clone."""
    named = os.environ.get("KNOCKON_MIRROR")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "SOURCES.tsv").exists():
        pytest.skip(f"the public files are not at hand: set KNOCKON_MIRROR to their folder ({folder} has none)")
    return folder.resolve()
