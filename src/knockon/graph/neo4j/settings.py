"""Where the Neo4j server is and who we are there: from the environment, or from a file that git ignores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knockon.errors import KnockonError


@dataclass(frozen=True)
class Neo4jSettings:
    """A server. home: the folder of a server that belongs to us and runs on this machine; None for any other.

    timeout: seconds after which the server gives up a query.
    """

    uri: str
    user: str
    password: str = field(repr=False)
    database: str = "neo4j"
    home: Path | None = None
    timeout: float = 600.0


def neo4j_settings(environment: Mapping[str, str], credentials: Path) -> Neo4jSettings:
    """Settings from NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD, NEO4J_DATABASE, NEO4J_HOME and NEO4J_TIMEOUT.

    A variable that is not set is looked up in the file `credentials`, whose lines are NAME=VALUE; where the URI comes
    from the environment, the file's server is another one and the file is left alone.
    Raises KnockonError where the URI or the password is in neither.
    """
    values = dict(environment) if "NEO4J_URI" in environment else {**_read(credentials), **environment}
    if missing := [name for name in ("NEO4J_URI", "NEO4J_PASSWORD") if not values.get(name)]:
        raise KnockonError(
            f"{' and '.join(missing)} not set, neither in the environment nor in {credentials}: run make neo4j-up, "
            "or name your server by these variables"
        )
    home = Path(values["NEO4J_HOME"]) if values.get("NEO4J_HOME") else None
    return Neo4jSettings(
        uri=values["NEO4J_URI"],
        user=values.get("NEO4J_USER", "neo4j"),
        password=values["NEO4J_PASSWORD"],
        database=values.get("NEO4J_DATABASE", "neo4j"),
        home=home if home is not None and (home / "bin" / "neo4j").is_file() else None,
        timeout=_seconds(values.get("NEO4J_TIMEOUT", "600")),
    )


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = [line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise KnockonError(f"NEO4J_TIMEOUT is {text!r}; it must be a number of seconds") from error
    if not seconds > 0:
        raise KnockonError(f"NEO4J_TIMEOUT is {text!r}; it must be more than 0 seconds")
    return seconds
