"""Transcription factors and the genes whose expression follows them (tf_gene_network_chip_only.tab).

Gonçalves et al. 2017, PLoS Computational Biology 13:e1005297, gathered from ChIP-supported edges of three studies.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, trimmed
from knockon.sources.text import read_delimited, to_float

CHIP_NETWORK_SCHEMA = pa.schema(
    [
        column("regulator", pa.string(), "standard name of the transcription factor"),
        column("target", pa.string(), "systematic name of the regulated gene"),
        column("effect", pa.float64(), "z-score of the target's expression when the factor is perturbed"),
        column("p_value", pa.float64(), "probability, 0 to 1"),
        column("study", pa.string(), "study the effect was measured in"),
    ]
)

_HEADER = ("tf", "target", "value", "pvalue", "study")


def read_chip_network(path: Path) -> ReadResult:
    """Read the edges into CHIP_NETWORK_SCHEMA, in the file's order.

    Rejected: rows without regulator, target or study, values that are no numbers, p-values outside 0 to 1.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, CHIP_NETWORK_SCHEMA.names, expected_header=_HEADER)
    rows = text.table
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "regulator", "target", "study")
    effect, _ = to_float(rows["effect"])
    p_value, _ = to_float(rows["p_value"])
    refusals.refuse(pc.is_null(effect), rows["effect"], "an effect that is no number")
    inside = pc.fill_null(pc.and_(pc.greater_equal(p_value, 0.0), pc.less_equal(p_value, 1.0)), False)
    refusals.refuse(pc.invert(inside), rows["p_value"], "a p-value that is no number from 0 to 1")
    texts = {name: trimmed(rows, name) for name in ("regulator", "target", "study")}
    columns = texts | {"effect": effect, "p_value": p_value}
    return refusals.finish(pa.Table.from_pydict(columns, schema=CHIP_NETWORK_SCHEMA), text.rejects)
