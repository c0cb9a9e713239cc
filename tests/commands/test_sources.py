"""`knockon sources`, as people run it."""

import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner, Result

from knockon.commands.sources import app
from knockon.errors import FormatError, KnockonError
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.stages.yeast.params import OwnFile

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


def test_the_first_rows_are_shown_as_they_were_understood(tmp_path: Path) -> None:
    """Protects people from a file that is read, but wrongly: they see several rows, of every format."""
    path = tmp_path / "smf.txt"
    path.write_text("".join(f"YAL00{number}C_sn{number}\t0.{number}\t0.1\n" for number in range(1, 8)))
    output = run("read", "smf", path).output
    assert "the first rows, as they were understood" in output
    (genes,) = [line.split() for line in output.splitlines() if line.startswith("gene_a")]
    assert genes[1:5] == ["YAL001C", "YAL002C", "YAL003C", "YAL004C"]
    (values,) = [line.split() for line in output.splitlines() if line.startswith("value")]
    assert values[1:5] == ["0.1", "0.2", "0.3", "0.4"]


TABLE = "gene,growth,plate\nYAL001C,93,a\nYAL002W,71,a\n"


def test_a_table_is_guessed_and_its_lines_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "my strains.csv"
    path.write_text(TABLE)
    for arguments in (("table", path), (path, "--format", "table")):
        output = run("read", *arguments).output
        assert "guessed: confirm it" in output
        assert "value / 100" in output
        assert "2 rows accepted" in output
        lines = output[output.index("  own:\n") :]
        (entry,) = yaml.safe_load(textwrap.dedent(lines))["own"]
        assert (entry["name"], entry["path"]) == ("my_strains", "my strains.csv")
        assert entry["table"] == {
            "phenotype": "fitness",
            "unit": "percent",
            "genes": ["gene"],
            "kind": "deletion",
            "value": "growth",
        }
        OwnFile.model_validate(entry)


def test_a_table_that_is_stated_whole_is_not_guessed(tmp_path: Path) -> None:
    path, out = tmp_path / "mine.csv", tmp_path / "out.parquet"
    path.write_text(TABLE)
    stated = ["phenotype=growth", "unit=doubling_time", "wild_type=70", "genes=gene", "value=growth"]
    options = [part for text in stated for part in ("--option", text)]
    output = run("read", "table", path, "--out", out, *options).output
    assert "table_profiles: 2 rows accepted" in output
    assert "own:" not in output
    assert pq.read_table(out).schema.equals(PROFILE_SCHEMA)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["table", "--option", "unit=ratio"], "(?s)in which unit|can't be fitness in the unit ratio"),
        (["table", "--option", "value=size"], "has no column 'size'"),
        (["table", "--option", "genes=gene,"], "must name columns"),
        (["table", "--option", "colour=red"], "table has no option 'colour=red'"),
        (["table", "--option", "check_unit=no"], "must be true or false"),
    ],
)
def test_mistakes_in_a_table_are_told(tmp_path: Path, arguments: list[str], message: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(TABLE)
    with pytest.raises(KnockonError, match=message):
        run("read", arguments[0], path, *arguments[1:])


def test_a_file_without_a_format_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(KnockonError, match=r"name the format and the file: knockon sources read FORMAT mine\.csv"):
        run("read", "mine.csv")
