"""Every reader on broken files. The long version is `make fuzz` (benchmarks/fuzz.py); here a few of each kind."""

import gzip
import os
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings

from knockon.sources.catalogue import FORMATS
from knockon.sources.reading import ReadResult
from tests.fuzz.corpus import Seed, make_corpus
from tests.fuzz.harness import Reader, Tally, judge, make_reader, timed
from tests.fuzz.mutations import BREAKS, Break, broken

EXAMPLES = int(os.environ.get("KNOCKON_FUZZ_EXAMPLES", "20"))
_PER_SPREADSHEET = 25  # reading one starts a process


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """A reader of every format with its sound file."""
    folder = tmp_path_factory.mktemp("fuzz")
    return {seed.format: make_reader(seed, folder) for seed in make_corpus(folder)}


def spreadsheet(seed: Seed) -> bool:
    """Whether a reader starts a process for each file."""
    return seed.suffix in (".xls", ".xlsx")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_broken_file_gives_sound_rows_or_one_error(readers: dict[str, Reader], name: str) -> None:
    """No crash, no hang, no value that the file does not hold."""
    reader, tally = readers[name], Tally(name)
    count = max(1, EXAMPLES // _PER_SPREADSHEET) if spreadsheet(reader.seed) else EXAMPLES

    @settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(breaks=BREAKS)
    def check(breaks: list[Break]) -> None:
        assert timed(reader, broken(reader.seed.data, breaks), tally) is None, tally.failures[-1]

    check()
    assert tally.inputs >= count


# The header of a matrix is its row of strains, that of FASTA and YAML no header at all.
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_line_ends_marks_and_packing_change_no_row(readers: dict[str, Reader], name: str) -> None:
    """The same text saved on another system is the same data."""
    reader = readers[name]
    if reader.seed.binary:
        pytest.skip("no text")
    expected = reader.read(reader.seed.data).table
    crlf = reader.seed.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    for changed in (b"\xef\xbb\xbf" + reader.seed.data, crlf, gzip.compress(reader.seed.data, mtime=0)):
        assert reader.read(changed).table.equals(expected)


@dataclass(frozen=True)
class Careless(Reader):
    """A reader with a fault: it changes one column of what it read."""

    column: str = ""

    def read(self, data: bytes) -> ReadResult:
        result = super().read(data)
        table, place = result.table, result.table.column_names.index(self.column)
        field = table.schema.field(place)
        wrong = pc.add(table[place], 0.123) if pa.types.is_floating(field.type) else pc.utf8_reverse(table[place])
        return ReadResult(table.set_column(place, field, wrong), result.rejects)


@pytest.mark.parametrize(("name", "column"), [("smf", "value"), ("sga_pairs", "gene_a"), ("string91", "score")])
def test_the_harness_notices_a_value_that_the_file_does_not_hold(
    readers: dict[str, Reader], name: str, column: str
) -> None:
    """A harness that never fails protects nothing."""
    sound = readers[name]
    careless = Careless(sound.seed, sound.path, sound.numbers, sound.words, column)
    assert judge(sound, sound.seed.data)[0] is None
    assert column in str(judge(careless, sound.seed.data)[0])


def test_numbers_of_other_alphabets_are_no_numbers(readers: dict[str, Reader]) -> None:
    """float() of Python takes 1_000 and １２; a published table never means them."""
    reader = readers["smf"]
    lines = reader.seed.data.split(b"\n")
    for odd in ("１２", "1_000", "0x1A", "−1", "1e999"):
        cells = lines[0].split(b"\t")
        cells[1] = odd.encode()
        result = reader.read(b"\n".join([b"\t".join(cells), *lines[1:]]))
        assert 1 not in result.table["line"].to_pylist(), odd
        assert 1 in result.rejects["line"].to_pylist(), odd
