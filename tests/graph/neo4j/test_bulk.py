"""The swap of databases by a bulk load that is killed at any of its steps; the server and its importer are made up.

tests/services/test_neo4j_load.py loads a real server.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knockon.errors import KnockonError
from knockon.graph.dump import Dump, read_dump
from knockon.graph.neo4j import bulk
from knockon.graph.neo4j.bulk import load_bulk
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.neo4j.settings import Neo4jSettings

PLACES = ("databases", "transactions")
IMPORTER = """#!/bin/sh
test -e {home}/broken && exit 1
for place in databases transactions; do
    mkdir -p {home}/staging/data/$place/neo4j
    echo new > {home}/staging/data/$place/neo4j/a
    echo new > {home}/staging/data/$place/neo4j/b
done
"""


class Killed(BaseException):
    pass


class FakeSession(Neo4jSession):
    """A server that starts, stops and answers whatever it is asked."""

    def rows(self, text: str, *_: Any, **__: Any) -> list[list[Any]]:
        return []


@pytest.fixture
def session(tmp_path: Path) -> Neo4jSession:
    """A server's home with a former database in two places."""
    home = tmp_path / "neo4j"
    (home / "bin").mkdir(parents=True)
    for name, text in {"neo4j": "#!/bin/sh\n", "neo4j-admin": IMPORTER.format(home=home)}.items():
        (home / "bin" / name).write_text(text)
        (home / "bin" / name).chmod(0o755)
    for place in PLACES:
        (home / "data" / place / "neo4j").mkdir(parents=True)
        for file in "ab":
            (home / "data" / place / "neo4j" / file).write_text("former\n")
    return FakeSession(Neo4jSettings("bolt://127.0.0.1:1", "neo4j", "x", home=home))


@pytest.fixture
def dump(tiny_dump: Path, monkeypatch: pytest.MonkeyPatch) -> Dump:
    """A dump that the made-up server counts as it should."""
    for name in ("constrain", "mend_empty_lists", "write_marker"):
        monkeypatch.setattr(bulk, name, lambda *_: None)
    found = read_dump(tiny_dump)
    monkeypatch.setattr(bulk, "count_entities", lambda *_: found.counts())
    return found


def served(session: Neo4jSession) -> set[str]:
    """Whose files the server has: {"former"} or {"new"}; nothing else may lie beside them."""
    assert session.settings.home is not None
    data = session.settings.home / "data"
    files = [path.relative_to(data) for path in data.rglob("*") if path.is_file()]
    assert sorted(map(str, files)) == [f"{place}/neo4j/{file}" for place in PLACES for file in "ab"]
    return {(data / file).read_text().strip() for file in files}


def kill_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Let the process die at a step that renames or removes a folder; a dead process changes nothing any more."""
    done = 0

    def dying(work: Callable[..., Any], halfway: Callable[..., Any]) -> Callable[..., Any]:
        def step(path: Path, *arguments: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done == steps:
                halfway(path, *arguments)
            if done >= steps:
                raise Killed
            return work(path, *arguments, **options)

        return step

    def remove_one_file(folder: Path) -> None:
        for file in [file for file in sorted(folder.rglob("*")) if file.is_file()][:1]:
            file.unlink()

    monkeypatch.setattr(bulk.shutil, "rmtree", dying(shutil.rmtree, remove_one_file))
    monkeypatch.setattr(Path, "rename", dying(Path.rename, Path.rename))


def load_and_die(session: Neo4jSession, dump: Dump, steps: int) -> bool:
    """Whether a load died that was to be killed after so many steps."""
    with pytest.MonkeyPatch.context() as patch:
        kill_after(patch, steps)
        try:
            load_bulk(session, dump)
        except Killed:
            return True
    return False


def test_a_load_puts_the_new_database_in_place_of_the_former(session: Neo4jSession, dump: Dump) -> None:
    load_bulk(session, dump)
    assert served(session) == {"new"}


def test_a_database_that_counts_wrong_gives_way_to_the_former(
    session: Neo4jSession, dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "count_entities", lambda *_: dict.fromkeys(dump.counts(), 0))
    with pytest.raises(KnockonError, match="Neo4j counts 0"):
        load_bulk(session, dump)
    assert served(session) == {"former"}


@pytest.mark.parametrize("steps", range(1, 16))
def test_a_killed_load_leaves_a_whole_database_to_the_next(session: Neo4jSession, dump: Dump, steps: int) -> None:
    """Never the former's data with the new one's transaction logs, or without any: the next load mends it first."""
    died = load_and_die(session, dump, steps)
    assert session.settings.home is not None
    (session.settings.home / "broken").touch()
    with pytest.raises(KnockonError, match="could not import"):
        load_bulk(session, dump)
    assert served(session) in ([{"former"}, {"new"}] if died else [{"new"}])


@pytest.mark.parametrize("steps", range(1, 8))
@pytest.mark.parametrize("first", [5, 6, 7, 8])
def test_a_killed_repair_is_taken_up_by_the_next(session: Neo4jSession, dump: Dump, first: int, steps: int) -> None:
    load_and_die(session, dump, first)
    load_and_die(session, dump, steps)
    load_bulk(session, dump)
    assert served(session) == {"new"}
