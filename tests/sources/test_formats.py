"""All formats together: declared schemas, hostile files, streams."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.sources.catalogue import FORMATS
from knockon.sources.formats import find_format
from knockon.sources.registry import load_registry

EXPERIMENTS = [name for name, known in FORMATS.items() if known.produces == "experiments"]


def test_an_unknown_format_gets_the_nearest() -> None:
    with pytest.raises(KnockonError, match="there is no format 'sga_pair'; did you mean sga_pairs"):
        find_format("sga_pair", FORMATS)
    assert find_format("smf", FORMATS).name == "smf"


def test_columns_say_their_unit() -> None:
    """Protects people who get a table: every number says what it is in."""
    for known in FORMATS.values():
        for field in known.schema:
            assert (field.metadata or {}).get(b"unit"), (known.name, field.name)


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\0\0\0",
        b"\xff\xfe\x00",
        b"a",
        b"a\tb\nc",
        gzip.compress(b"x" * 100, mtime=0)[:20],
        b"\xef\xbb\xbf",
        b'"',
    ],
)
def test_hostile_files_give_one_clear_error(tmp_path: Path, name: str, data: bytes) -> None:
    """Protects against tracebacks, and against rows out of nothing."""
    path = tmp_path / "hostile"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="hostile"):
        FORMATS[name].read(path)


LINES = {
    "smf": "YAL001C_sn1\t0.9\t0.1",
    "emap_pairs": "YAL001C\tYAL002W\t-1.5",
    "dcell_pairs": "2 YAL001C YAL002W 0.1",
    "sga_scores": "YAL001C_sn1\tYAL002W_dma2\t1\t1\t0.5\t1\tNaN\t0.9\t0.1\t0.9\t0.8\t0.1",
    "emap_matrix": "YAL001C\t1.0\t2.0",
}


@pytest.mark.parametrize("name", LINES)
def test_mutated_lines_are_rows_or_rejects(tmp_path: Path, name: str) -> None:
    """Protects against silent loss: each line of a damaged file is accepted, rejected, or the file is refused."""
    rng = np.random.default_rng(1)
    hostile = ["\t", ",", '"', "'", "\r\n", "NA", "1e999", "−", "inf", "x" * 300, "\u2028", "_", "+", " ", "0"]
    header = ["Gene\tYAL003W\tYAL004W"] if name == "emap_matrix" else []
    path = tmp_path / "mutated.txt"
    for _ in range(60):
        line = list(LINES[name])
        for place in rng.integers(0, len(line), size=2):
            line[place] = str(rng.choice(hostile))
        path.write_bytes("\n".join([*header, LINES[name], "".join(line), LINES[name]]).encode())
        try:
            result = FORMATS[name].read(path)
        except FormatError:
            continue
        told = {*result.table["line"].to_pylist(), *result.rejects["line"].to_pylist()}
        last = path.read_bytes().decode().replace("\r\n", "\n").count("\n") + 1
        # A mutation may blank its line or break it in two; the lines around it must stand.
        assert {1 + len(header), last} <= told
        assert np.isfinite(result.table["value"].to_numpy()).all()


@pytest.mark.public
def test_every_public_file_is_read_in_its_schema(public_files: Path) -> None:
    """Protects the registry: each named format reads its file, and no accepted experiment lacks a value."""
    for source in load_registry():
        # The metabolic model is parsed by its own tests: 14 s of YAML.
        if source.format is None or source.format.startswith("gem_"):
            continue
        known = FORMATS[source.format]
        companions = {key: public_files / path for key, path in source.companions.items()}
        result = known.read(public_files / source.path, **source.options, **companions)
        assert result.table.schema.equals(known.schema), source.name
        assert result.table.num_rows > result.rejects.num_rows, source.name


def test_a_file_of_which_no_row_can_be_used_is_refused_as_a_whole(tmp_path: Path) -> None:
    """Columns of another format in equal number: every row is rejected, and nothing said so but a count."""
    row = "S1\tORF\tVerified\tYAL101W\tAAA1\t\tnull\t300\tchrI\t100\t399\t{strand}\tnull\tActive\tnull\tmade up\n"
    path = tmp_path / "features.tab"
    path.write_text(row.format(strand="1") + row.format(strand="-1"))
    with pytest.raises(FormatError, match=r"no row can be used as sgd_features; line 1: .*Is it another format\?"):
        list(FORMATS["sgd_features"].blocks(path))
    sound = "S2\tORF\tVerified\tYAL102W\tAAA2\t\tchromosome 1\t\t1\t100\t399\tW\t\t\t\tmade up\n"
    path.write_text(row.format(strand="1") + sound)
    (block,) = FORMATS["sgd_features"].blocks(path)
    assert (block.table.num_rows, block.rejects.num_rows) == (1, 1)
