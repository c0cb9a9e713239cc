"""Betaxanthin of the deletion strains: the CRI-SPA screen of Cachera et al. 2023, Nucleic Acids Research 51:e91.

A gene's row is of its colonies in four screens of four colonies each. Intensity is the yellow of a colony, the
"corrected" columns are z-scores about the plate, after a correction of the place on it. Colony size confounds it: small
colonies are measured at their edge, and grow on what their neighbours leave.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.design.spreadsheet_names import NUMBER, restore
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, repeated, trimmed
from knockon.sources.text import read_delimited, to_float

HOURS = (24, 48)
SCREENS, COLONIES = 4, 4
"""Screens, and colonies of a gene in each."""

_MEASURES = {
    "betaxanthin": ("corrected_mean_intensity", "z-score about the plate"),
    "size": ("corrected_area", "z-score about the plate"),
}
_STATISTICS = {"mean": "", "std": "_deviation", "count": "_colonies"}
_PUBLISHED = {
    f"{name}_{hours}h{ending}": f"{published}.{hours}_{statistic}"
    for hours in HOURS
    for name, (published, _) in _MEASURES.items()
    for statistic, ending in _STATISTICS.items()
}
_UNITS = {"mean": "", "std": ", standard deviation of colonies", "count": "number of colonies"}

BETAXANTHIN_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("gene", pa.string(), "symbol or systematic name of the deleted gene"),
        column("written", pa.string(), "the same as it stands in the file"),
        *(
            column(
                f"{name}_{hours}h{ending}",
                pa.float64(),
                _UNITS[statistic] if statistic == "count" else f"{unit}, after {hours} h{_UNITS[statistic]}",
                nullable=True,
            )
            for hours in HOURS
            for name, (_, unit) in _MEASURES.items()
            for statistic, ending in _STATISTICS.items()
        ),
    ]
)

_BLANK = "0"
_BLANK_POSITION = "gene 0: the place on the plate that holds no strain"
_WILD_TYPE = "the wild type, no deletion"
_WILD_NAMES = ("WT", "WILD TYPE", "WILD-TYPE", "BY4741")
_NO_COLONY = "no colony was measured after 48 h"


def read_betaxanthin(path: Path) -> ReadResult:
    """Read a table of means, deviations and counts by gene into BETAXANTHIN_SCHEMA.

    A symbol that a spreadsheet took for a date is put back (`written` says how it stood). Rejected: the blank position,
    the wild type, other numbers for genes, a gene that came before, rows without a colony, cells that are no numbers.
    Raises FormatError for a file of another form.
    """
    # Not read_named: the first column, a row's number, has no name.
    text = read_delimited(path, None, ",", quoted=True)
    missing = [name for name in ("gene", *_PUBLISHED.values()) if name not in text.table.column_names]
    if missing:
        raise FormatError(f"{path}, line 1: there is no column {missing[0]!r}; is it another format?")
    rows, refusals = text.table, Refusals(path, text.table["line"])
    refusals.refuse_empty(rows, "gene")
    written = trimmed(rows, "gene")
    found = restore(written)
    refusals.refuse(pc.equal(written, _BLANK), written, _BLANK_POSITION)
    refusals.refuse(found.numbers, written, NUMBER)
    refusals.refuse(pc.is_in(pc.utf8_upper(written), value_set=pa.array(_WILD_NAMES)), written, _WILD_TYPE)
    numbers = {}
    for name, published in _PUBLISHED.items():
        numbers[name], bad = to_float(rows[published])
        refusals.refuse(bad, rows[published], f"{published}: not a number")
    empty = pc.or_(pc.is_null(numbers["betaxanthin_48h"]), pc.is_null(numbers["size_48h"]))
    refusals.refuse(empty, written, _NO_COLONY)
    refusals.refuse(repeated(pc.utf8_upper(found.names)), written, "a gene that came before")
    columns = {"line": rows["line"], "gene": found.names, "written": written, **numbers}
    return refusals.finish(pa.table(columns, schema=BETAXANTHIN_SCHEMA), text.rejects)
