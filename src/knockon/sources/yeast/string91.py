"""STRING v9.1 channels as DANGO ships them (Zhang et al. 2020, Bioinformatics 36:i251): one file a channel.

Genes are numbers that count the lines of a companion list of names from 1: read so, 59 % of the pairs of the database
channel are physical links of STRING v12; read from 0, one in a hundred is.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column
from knockon.sources.text import read_delimited, to_float, to_int
from knockon.sources.yeast.essential import read_gene_list
from knockon.sources.yeast.string_physical import OTHER_SCORES, one_row_a_pair

STRING91_SCHEMA = pa.schema(
    [
        column("gene_a", pa.string(), "systematic name, first in the alphabet of the two"),
        column("gene_b", pa.string(), "systematic name"),
        column("channel", pa.string(), "evidence channel: neighborhood, fusion, cooccurence, database, …"),
        column("score", pa.float64(), "STRING score, probability, 0 to 1"),
    ]
)


def read_string91(path: Path, *, names: Path, channel: str) -> ReadResult:
    """Read one channel into STRING91_SCHEMA: each pair once, sorted.

    Args:
        path: lines "number, number, score", every pair in one or both directions.
        names: the companion list, one gene a line.
        channel: the name of the channel, which the file does not say.

    Rejected: numbers outside the list, scores outside 0 to 1, a gene with itself, and a pair that comes again with
    another score. Raises FormatError for files of another form.
    """
    genes = read_gene_list(names).table["gene"].combine_chunks()
    text = read_delimited(path, ("a", "b", "score"), header=False)
    rows = text.table
    refusals = Refusals(path, rows["line"])
    ends = np.stack([_genes(rows, name, len(genes), refusals) for name in ("a", "b")])
    score, _ = to_float(rows["score"])
    sound = pc.fill_null(pc.and_(pc.greater_equal(score, 0.0), pc.less_equal(score, 1.0)), False)
    refusals.refuse(pc.invert(sound), rows["score"], "a score that is no number from 0 to 1")
    refusals.refuse(ends[0] == ends[1], rows["a"], "a gene with itself")
    good = np.flatnonzero(refusals.good)
    # Numbers by alphabet, so that pairs come out sorted by name.
    rank = pc.rank(genes, tiebreaker="dense").to_numpy().astype(np.int64)[ends[:, good]]
    scores = pc.fill_null(score, 0.0).to_numpy()[good]
    place, differs = one_row_a_pair(rank.min(axis=0), rank.max(axis=0), scores[:, None])
    disagree = np.zeros(len(rows), dtype=np.bool_)
    disagree[good] = differs
    refusals.refuse(disagree, rows["score"], OTHER_SCORES)
    in_order = pc.unique(genes).sort()
    chosen = [in_order.take(pa.array(end - 1)) for end in (rank.min(axis=0)[place], rank.max(axis=0)[place])]
    columns = [*chosen, pa.repeat(channel, len(place)), pa.array(scores[place])]
    return ReadResult(pa.Table.from_arrays(columns, schema=STRING91_SCHEMA), refusals.rejects(text.rejects))


def _genes(rows: pa.Table, name: str, count: int, refusals: Refusals) -> NDArray[np.int64]:
    """The place of each gene in the list, from 0; 0 where refused. Shape (rows,)."""
    number, _ = to_int(rows[name])
    inside = pc.fill_null(pc.and_(pc.greater_equal(number, 1), pc.less_equal(number, count)), False)
    refusals.refuse(pc.invert(inside), rows[name], f"a number outside the list of {count} genes")
    return pc.if_else(inside, number, 1).to_numpy(zero_copy_only=False) - 1
