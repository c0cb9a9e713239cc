"""Where the settings of a Neo4j server come from."""

from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.graph.neo4j.settings import neo4j_settings

FILE = "# made\nNEO4J_URI=bolt://127.0.0.1:7687\nNEO4J_PASSWORD=a=b\nNEO4J_HOME={home}\n"


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """The file of a server that belongs to us."""
    (tmp_path / "home" / "bin").mkdir(parents=True)
    (tmp_path / "home" / "bin" / "neo4j").touch()
    path = tmp_path / "credentials.env"
    path.write_text(FILE.format(home=tmp_path / "home"))
    return path


def test_the_file_serves_where_the_environment_is_silent(credentials: Path) -> None:
    """A password may hold an equals sign; it never shows in a message or a log."""
    settings = neo4j_settings({"NEO4J_TIMEOUT": "5"}, credentials)
    assert (settings.uri, settings.user, settings.password) == ("bolt://127.0.0.1:7687", "neo4j", "a=b")
    assert (settings.home, settings.timeout) == (credentials.parent / "home", 5.0)
    assert "a=b" not in repr(settings)


def test_another_server_is_not_taken_for_ours(credentials: Path) -> None:
    """Its bulk import would stop and replace the server of the file."""
    settings = neo4j_settings({"NEO4J_URI": "bolt://lab:7687", "NEO4J_PASSWORD": "x"}, credentials)
    assert settings.home is None
    with pytest.raises(KnockonError, match="NEO4J_PASSWORD not set"):
        neo4j_settings({"NEO4J_URI": "bolt://lab:7687"}, credentials)


def test_a_home_without_a_server_is_none(credentials: Path) -> None:
    """Docker's server has the same file, and no home here."""
    (credentials.parent / "home" / "bin" / "neo4j").unlink()
    assert neo4j_settings({}, credentials).home is None


@pytest.mark.parametrize("seconds", ["soon", "0", "nan"])
def test_a_timeout_that_is_none_is_refused(credentials: Path, seconds: str) -> None:
    """The server would take 0 for no limit at all."""
    with pytest.raises(KnockonError, match="NEO4J_TIMEOUT is"):
        neo4j_settings({"NEO4J_TIMEOUT": seconds}, credentials)
