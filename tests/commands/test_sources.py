"""`knockon sources`, as people run it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from knockon.commands.sources import app
from knockon.errors import FormatError, KnockonError
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA

SMF = "YAL001C_sn1\t0.9\t0.1\nYAL002W_sn2\tNaN\tNaN\nYAL003W_sn3\t0.8\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def smf(tmp_path: Path) -> Path:
    path = tmp_path / "smf.txt"
    path.write_text(SMF)
    return path


def test_list_and_formats_name_everything() -> None:
    assert "costanzo2016_metabolic" in run("list").output
    assert "avgfp_genotypes" not in run("list", "--study", "yeast").output
    assert "sga_pairs" in run("formats").output


def test_read_tells_accepted_and_rejected_rows(smf: Path, tmp_path: Path) -> None:
    """Protects people's way to bring their own file: what was not taken, how often, why, and where."""
    out = tmp_path / "folder" / "table.parquet"
    output = run("read", "smf", smf, "--out", out, "--option", "temperature=30").output
    assert "1 rows accepted" in output
    assert "2 rejected" in output
    assert "line 2: YAL002W_sn2" in output
    assert "2 columns instead of 3" in output
    table = pq.read_table(out)
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    assert table["temperature"].to_pylist() == [30.0]


def test_a_broken_file_leaves_no_output(tmp_path: Path) -> None:
    """Protects a later step from half a table."""
    path, out = tmp_path / "smf.txt", tmp_path / "table.parquet"
    path.write_bytes(b"YAL001C_sn1\t0.9\t0.1\n" * 10 + b"\xff")
    with pytest.raises(FormatError, match="line 11: not UTF-8"):
        run("read", "smf", path, "--out", out)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["smff"], "did you mean smf"),
        (["smf", "--option", "temprature=30"], "no option 'temprature=30'.*temperature"),
        (["smf", "--option", "temperature=warm"], "must be a number"),
        (["trigenic", "--option", "control_fitness=perhaps"], "must be true or false"),
        (["string91"], "needs --option names="),
    ],
)
def test_mistakes_are_told(smf: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(KnockonError, match=message):
        run("read", arguments[0], smf, *arguments[1:])


@pytest.mark.public
def test_fetch_from_the_mirror_and_verify(public_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOCKON_MIRROR", str(public_files))
    assert "3 files" in run("fetch", "costanzo2016_metabolic", "--folder", tmp_path).output
    assert "3 files" in run("verify", "costanzo2016_metabolic", "--folder", tmp_path).output
    (tmp_path / "yeast/digenic/costanzo2016_metabolic_rows.csv").write_text("YAL001C\n")
    with pytest.raises(KnockonError, match="1 of 3 files"):
        run("verify", "costanzo2016_metabolic", "--folder", tmp_path)


def test_verify_speaks_of_the_studies_and_sources_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    params = tmp_path / "params.yaml"
    params.write_text("yeast: {source: simulated}\ngfp: {source: simulated}\n")
    told = run("verify").output
    assert "yeast: source simulated (params.yaml), nothing is pinned" in told
    params.write_text("yeast: {source: simulated}\ngfp: {source: public}\n")
    with pytest.raises(KnockonError, match=r"files \(gfp\) in data/raw are missing or wrong: .*knockon sources fetch"):
        run("verify")
    with pytest.raises(KnockonError, match=r"files \(yeast\) in data/raw"):
        run("verify", "--study", "yeast")
