"""STRING v12 physical links with all channels (protein.physical.links.full): scores per evidence channel, 0 to 1000.

Szklarczyk et al. 2023, Nucleic Acids Research 51:D638. The file lists every pair in both directions.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column
from knockon.sources.text import read_delimited, to_int

CHANNELS = (
    "homology",
    "experiments",
    "experiments_transferred",
    "database",
    "database_transferred",
    "textmining",
    "textmining_transferred",
    "combined_score",
)

STRING_PHYSICAL_SCHEMA = pa.schema(
    [
        column("protein_a", pa.string(), "systematic name of the gene, first in the alphabet of the two"),
        column("protein_b", pa.string(), "systematic name of the gene"),
        *(column(name, pa.int16(), "STRING score, probability × 1000, 0 to 1000") for name in CHANNELS),
    ]
)

OTHER_SCORES = "another row of the same pair has other scores"

_COLUMNS = ("protein1", "protein2", *CHANNELS)


def read_string_physical(path: Path) -> ReadResult:
    """Read STRING's full physical links, plain or gzip, into STRING_PHYSICAL_SCHEMA: each pair once, sorted.

    The taxon before the name (4932.) is dropped. Rejected: scores outside 0 to 1000, a protein with itself, and pairs
    whose two directions disagree (all but their first row). Raises FormatError for a file of another form.
    """
    text = read_delimited(path, _COLUMNS, " ", expected_header=_COLUMNS, dictionary=_COLUMNS[:2])
    rows = text.table
    refusals = Refusals(path, rows["line"])
    scores = np.stack([_scores(rows, name, refusals) for name in CHANNELS], axis=1)
    names, first, second = _pairs(rows)
    refusals.refuse(first == second, rows["protein1"], "a protein with itself")
    good = np.flatnonzero(refusals.good)
    place, differs = one_row_a_pair(first[good], second[good], scores[good])
    disagree = np.zeros(len(rows), dtype=np.bool_)
    disagree[good] = differs
    refusals.refuse(disagree, rows["protein1"], OTHER_SCORES)
    chosen = good[place]
    columns = [names.take(pa.array(first[chosen])), names.take(pa.array(second[chosen]))]
    columns += [pa.array(scores[chosen, channel]) for channel in range(len(CHANNELS))]
    return ReadResult(pa.Table.from_arrays(columns, schema=STRING_PHYSICAL_SCHEMA), refusals.rejects(text.rejects))


def one_row_a_pair(
    first: NDArray[np.int64], second: NDArray[np.int64], scores: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Choose the first row of every pair, sorted by pair, and mark the rows whose scores differ from that row's.

    Args:
        first, second: numbers of the two ends, first <= second, shape (rows,).
        scores: shape (rows, channels).

    Returns the chosen rows, shape (pairs,), and the marks, shape (rows,).
    """
    numbers = first * (second.max(initial=0) + 1) + second
    _, place, pair = np.unique(numbers, return_index=True, return_inverse=True)
    return place, (scores != scores[place][pair]).any(axis=1)


def _scores(rows: pa.Table, name: str, refusals: Refusals) -> NDArray[np.int16]:
    """The scores of one channel, 0 where refused. Shape (rows,)."""
    score, _ = to_int(rows[name])
    sound = pc.fill_null(pc.and_(pc.greater_equal(score, 0), pc.less_equal(score, 1000)), False)
    refusals.refuse(pc.invert(sound), rows[name], f"{name} is no whole number from 0 to 1000")
    return pc.if_else(sound, score, 0).to_numpy(zero_copy_only=False).astype(np.int16)


def _pairs(rows: pa.Table) -> tuple[pa.Array, NDArray[np.int64], NDArray[np.int64]]:
    """The sorted names without the taxon, and for each row the numbers of its two names, the smaller one first."""
    columns = [rows[name].combine_chunks() for name in _COLUMNS[:2]]
    plain = [pc.replace_substring_regex(column.dictionary, r"^[0-9]+\.", "") for column in columns]
    names = pc.unique(pa.concat_arrays(plain))
    names = names.take(pc.sort_indices(names))
    places = [pc.index_in(words, names).take(column.indices) for words, column in zip(plain, columns, strict=True)]
    numbers = np.stack([place.to_numpy(zero_copy_only=False).astype(np.int64) for place in places])
    return names, numbers.min(axis=0), numbers.max(axis=0)
