"""`knockon graph`: what people see."""

from pathlib import Path

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from knockon.commands.graph import app
from knockon.errors import KnockonError
from knockon.graph.embedded import EmbeddedStore

QUERIES = Path(__file__).resolve().parents[2] / "queries" / "yeast"

runner = CliRunner()


def _run(*arguments: object, text: str | None = None) -> str:
    result = runner.invoke(app, [str(argument) for argument in arguments], input=text, env={"COLUMNS": "200"})
    if isinstance(result.exception, Exception):
        raise result.exception
    return result.output


def test_summary_counts_every_label(tiny_dump: Path) -> None:
    """The first look at a graph."""
    output = _run("summary", "--dump", tiny_dump)
    assert "InteractionExperiment" in output
    assert "40" in output
    assert "Gene → Pathway" in output


def test_query_prints_rows_and_says_how_many_there_are(tiny_dump: Path, tiny_store: EmbeddedStore) -> None:
    """Long results are cut, and say so."""
    output = _run("query", QUERIES / "interaction.cypher", "--dump", tiny_dump, "--memory", 0.25, "--limit", 3)
    assert "3 of 80 rows" in output


def test_query_writes_parquet_and_csv(tiny_dump: Path, tiny_store: EmbeddedStore, tmp_path: Path) -> None:
    """All rows, with parameters from the command line; lists become text in CSV."""
    common = ["--dump", tiny_dump, "--memory", 0.25]
    _run("query", QUERIES / "genes.cypher", *common, "--param", "feature_type=ORF", "--out", tmp_path / "g.parquet")
    assert pq.read_table(tmp_path / "g.parquet")["id"].to_pylist() == ["YAL001C", "YBL002W", "YCL003W", "YDR004W"]
    own = tmp_path / "own.cypher"
    own.write_text("// Aliases.\nMATCH (g:Gene) RETURN g.id AS id, g.aliases AS aliases ORDER BY id")
    _run("query", own, *common, "--out", tmp_path / "g.csv")
    assert pacsv.read_csv(tmp_path / "g.csv")["aliases"].to_pylist()[0] == "FUN24;TSV115"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--param", "feature_type"], "write it as NAME=VALUE"),
        (["--param", "type=ORF"], "no parameter type"),
        (["--out", "rows.xlsx"], r"must end in \.parquet or \.csv"),
    ],
)
def test_wrong_arguments_are_one_message(
    tiny_dump: Path, tiny_store: EmbeddedStore, arguments: list[str], message: str
) -> None:
    """The command line turns these into one line and exit code 1."""
    with pytest.raises(KnockonError, match=message):
        _run("query", QUERIES / "genes.cypher", "--dump", tiny_dump, "--memory", 0.25, *arguments)


def test_the_shell_answers_survives_errors_and_ends(tiny_dump: Path, tiny_store: EmbeddedStore) -> None:
    """A mistake must not end the session; several lines make one query."""
    lines = [
        "MATCH (g:Gene)",
        "RETURN count(*) AS genes;",
        "MATCH (g:Gen) RETURN g.id;",
        ".labels",
        f".read {QUERIES / 'genes.cypher'}",
        ".nonsense",
        ".quit",
        "MATCH (never:Asked) RETURN never;",
    ]
    output = _run("shell", "--dump", tiny_dump, "--memory", 0.25, text="\n".join(lines))
    assert "genes" in output
    assert "did you mean Gene?" in output
    assert "°C" in output
    assert "YDR004W" in output
    assert "Asked" not in output


def test_a_folder_without_a_dump_says_what_to_run(tmp_path: Path) -> None:
    """The first mistake of a fresh clone."""
    with pytest.raises(KnockonError, match="dvc repro yeast_graph"):
        _run("summary", "--dump", tmp_path)
