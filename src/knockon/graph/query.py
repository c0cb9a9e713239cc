"""Query files: Cypher text with a header that says what it returns and which parameters it takes.

The header is made of `//` lines. `// param NAME: DEFAULT   what it means` declares a parameter; the default is a JSON
value (a string in quotes, a number, true or false) and gives the parameter its type.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from knockon.errors import KnockonError
from knockon.graph.messages import nearest, parameters_of
from knockon.graph.store import GraphStore, Parameter

_PARAM = re.compile(r"//\s*param\s+(\w+):\s*(\"(?:\\.|[^\"\\])*\"|\S+)\s*(.*)")

# Behind every identifier, since those are hexadecimal digits.
_END = "g"


@dataclass(frozen=True)
class Query:
    """A query file: its text, what it returns, its parameters with their defaults and what they mean."""

    path: Path
    text: str
    description: str
    defaults: dict[str, Parameter]
    meanings: dict[str, str]

    def parameters(self, given: Mapping[str, str] | None = None) -> dict[str, Parameter]:
        """The defaults, overridden by text from the command line, which takes the type of the default.

        Raises KnockonError for an unknown name or a text that is not of that type.
        """
        values = dict(self.defaults)
        for name, text in (given or {}).items():
            if name not in self.defaults:
                raise KnockonError(f"{self.path}: has no parameter {name}{nearest(name, self.defaults)}")
            values[name] = _typed(name, text, self.defaults[name])
        return values


def read_query(path: Path) -> Query:
    """Read a query file. Raises KnockonError where it is absent, empty, or uses parameters that it does not declare."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no such query file") from error
    except UnicodeDecodeError as error:
        raise KnockonError(f"{path}: is not UTF-8 text") from error
    header = [line for line in text.splitlines() if line.startswith("//")]
    declared = [found for line in header if (found := _PARAM.fullmatch(line.rstrip()))]
    defaults = {found[1]: _default(path, found[1], found[2]) for found in declared}
    if undeclared := parameters_of(text) - set(defaults):
        name = sorted(undeclared)[0]
        raise KnockonError(f"{path}: ${name} is not declared; add a line `// param {name}: DEFAULT   what it means`")
    described = [line.removeprefix("//").strip() for line in header if not _PARAM.fullmatch(line.rstrip())]
    return Query(path, text, " ".join(described), defaults, {found[1]: found[3] for found in declared})


def _default(path: Path, name: str, text: str) -> Parameter:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise KnockonError(
            f"{path}: default of {name} is {text}; write a number, true, false or a quoted text"
        ) from error
    if not isinstance(value, (str, int, float, bool)):
        raise KnockonError(f"{path}: default of {name} must be a number, true, false or a quoted text")
    return value


def _typed(name: str, text: str, default: Parameter) -> Parameter:
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise KnockonError(f"parameter {name} is true or false, not {text!r}")
        return text.lower() == "true"
    if isinstance(default, str):
        return text
    kind = type(default)
    try:
        return kind(text)
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise KnockonError(f"parameter {name} must be {wanted}, not {text!r}") from error


def range_bits(rows: int, rows_per_range: int = 500_000) -> int:
    """How many leading bits to split identifiers by, so that a range holds about `rows_per_range` rows or fewer."""
    return max(0, (max(rows, 1) - 1) // rows_per_range).bit_length()


def run_ranges(
    store: GraphStore, query: Query, bits: int, parameters: Mapping[str, Parameter] | None = None
) -> Iterator[pa.Table]:
    """Run a query with $low and $high over 2**bits ranges of identifiers; yields the rows of each range as one table.

    Identifiers are spread evenly, so memory is bounded by a 2**bits-th of the rows. Ranges come in order, empty ones
    are left out. Raises KnockonError where the query takes no $low and $high.
    """
    if not {"low", "high"} <= set(query.defaults):
        raise KnockonError(f"{query.path}: takes no $low and $high, so it can't be run range by range")
    count = 1 << bits
    # The first digits of an identifier are enough for a bound: text order equals number order.
    bounds = [f"{(number << 64) // count:016x}" for number in range(count)] + [_END]
    for low, high in itertools.pairwise(bounds):
        batches = list(store.query(query.text, {**query.defaults, **(parameters or {}), "low": low, "high": high}))
        if sum(batch.num_rows for batch in batches):
            yield pa.Table.from_batches(batches)
