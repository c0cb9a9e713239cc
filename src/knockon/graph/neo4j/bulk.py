"""Filling a Neo4j server of ours with neo4j-admin's bulk import.

The import writes a database of its own beside the one in use, which keeps answering meanwhile. Then the server is
stopped, the two change places, and it is started again; the former database is removed once the new one has been
counted, and put back where anything fails.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knockon.errors import KnockonError
from knockon.graph.dump import Dump
from knockon.graph.neo4j.csv import mend_empty_lists, write_csv_files
from knockon.graph.neo4j.marker import COMPLETE, constrain, count_entities, write_marker
from knockon.graph.neo4j.session import Neo4jSession
from knockon.progress import console

# What makes up a database in Neo4j's data folder, below these two.
_PLACES = ("databases", "transactions")
_FORMER = ".former"
_DISCARDED = ".discarded"
# Between the elements of a list; no text of ours holds it.
LIST_SEPARATOR = "\x1f"


def load_bulk(session: Neo4jSession, dump: Dump) -> None:
    """Put `dump` in place of the database of the session's server, whose home is known.

    Raises KnockonError where the import or the start fails; the former database then answers again.
    """
    home = session.settings.home
    assert home is not None
    data, staging = home / "data", home / "staging"
    _restore_former(session, data)
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staged = _import(home, staging, dump, session.settings.database)
        with _swapped(session, data, staged):
            constrain(session, dump.schema)
            mend_empty_lists(session, dump)
            _check(session, dump)
            write_marker(session, dump.content_hash(), COMPLETE)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _import(home: Path, staging: Path, dump: Dump, database: str) -> Path:
    """Import into a data folder below `staging`; give it."""
    files = write_csv_files(dump, staging / "csv", LIST_SEPARATOR)
    data = staging / "data"
    configuration = staging / "staging.conf"
    configuration.write_text(f"server.directories.data={data}\n")
    command = [
        str(home / "bin" / "neo4j-admin"),
        *("database", "import", "full", database),
        f"--additional-config={configuration}",
        f"--report-file={staging / 'report'}",
        f"--multiline-fields={str(files.multiline).lower()}",
        f"--array-delimiter=U+{ord(LIST_SEPARATOR):04X}",
        *(f"--nodes={label}={path}" for label, path in files.nodes.items()),
        *(f"--relationships={label}={path}" for label, path in files.edges.items()),
    ]
    console.print("neo4j-admin imports the graph …", style="dim")
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode or not (data / "databases" / database).is_dir():
        words = "\n".join((run.stdout + run.stderr).strip().splitlines()[-10:])
        raise KnockonError(f"neo4j-admin could not import {dump.folder}; the former graph stays:\n{words}")
    shutil.rmtree(files.folder)
    return data


@contextmanager
def _swapped(session: Neo4jSession, data: Path, staged: Path) -> Iterator[None]:
    """Serve the staged database inside the block, and after it; the former one again where the block fails."""
    database = session.settings.database
    _stop(session)
    for place in _PLACES:
        current = data / place / database
        if current.exists():
            current.rename(current.with_name(database + _FORMER))
        if (staged / place / database).exists():
            (staged / place / database).rename(current)
    try:
        _start(session)
        yield
    except BaseException:
        _restore_former(session, data)
        raise
    _discard_former(data, database)


def _restore_former(session: Neo4jSession, data: Path) -> None:
    """Put back the database that a failed load, or one that was killed, has set aside."""
    database = session.settings.database
    if (data / _PLACES[0] / (database + _FORMER)).exists():
        _stop(session)
        # The first place says whether there is something to put back, so it comes last: a kill in between is made good.
        for place in reversed(_PLACES):
            former, current = data / place / (database + _FORMER), data / place / database
            # A load that was killed between the places has set aside the first alone; the second is the former's still.
            if former.exists():
                shutil.rmtree(current, ignore_errors=True)
                former.rename(current)
        _start(session)
    _discard_former(data, database)


def _discard_former(data: Path, database: str) -> None:
    """Remove what was set aside and is not needed any more, the place that asks to be put back at one stroke."""
    discarded = data / _PLACES[0] / (database + _DISCARDED)
    shutil.rmtree(discarded, ignore_errors=True)
    if (former := data / _PLACES[0] / (database + _FORMER)).exists():
        former.rename(discarded)
        shutil.rmtree(discarded, ignore_errors=True)
    for place in _PLACES[1:]:
        shutil.rmtree(data / place / (database + _FORMER), ignore_errors=True)


def _check(session: Neo4jSession, dump: Dump) -> None:
    found, expected = count_entities(session, dump.schema), dump.counts()
    if wrong := [label for label in expected if found[label] != expected[label]]:
        label = wrong[0]
        raise KnockonError(f"{label}: Neo4j counts {found[label]}, the dump {expected[label]}; the former graph stays")


def _stop(session: Neo4jSession) -> None:
    session.close()
    _control(session, "stop")


def _start(session: Neo4jSession, seconds: float = 120) -> None:
    """Start the server and wait until it answers queries."""
    _control(session, "start")
    end = time.monotonic() + seconds
    while True:
        try:
            session.rows("RETURN 1", writing=False)
            return
        except KnockonError as error:
            session.close()
            if time.monotonic() > end:
                raise KnockonError(f"{session.settings.home}: Neo4j did not start: {error}") from error
            time.sleep(0.2)


def _control(session: Neo4jSession, order: str) -> None:
    home = session.settings.home
    # Neo4j's own package has the same commands; its output must not wait for the server to end.
    run = subprocess.run(
        [f"{home}/bin/neo4j", order], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    if run.returncode:
        raise KnockonError(f"{home}/bin/neo4j {order} failed; see {home}/logs")
