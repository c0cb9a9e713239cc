"""What the columns of a table look like: genes, numbers or words, and what their names say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.tables import solid
from knockon.sources.yeast.table.numbers import parse
from knockon.sources.yeast.table.strains import WILD_TYPE

_SYSTEMATIC = r"(?:Y[A-Pa-p][LRlr][0-9]{3}[WCwc](?:-[A-Za-z])?|Q[0-9]{4})"
_COMMON = r"(?:[A-Za-z]{3}[0-9]{1,3}(?:-[0-9]+)?)"
SEPARATORS = (",", ";", "|", "/", "+", "_", " ")

ROLES: dict[str, tuple[str, ...]] = {
    "standard_deviation": ("sd", "std", "stdev", "standarddeviation", "deviation"),
    "standard_error": ("se", "sem", "stderr", "standarderror"),
    "error": ("error", "err", "uncertainty"),
    "n": ("n", "nrep", "replicates", "nreplicates", "count", "numberofreplicates", "colonies"),
    "p_value": ("p", "pvalue", "pval", "padj", "fdr", "qvalue"),
    "temperature": ("temperature", "temp", "celsius", "degrees", "temperaturec", "tempc"),
    "medium": ("medium", "media", "growthmedium"),
    "component": ("component", "metabolite", "parameter", "transcript", "target", "aminoacid"),
    "fitness": (
        "fitness", "smf", "dmf", "growth", "relativegrowth", "growthrate", "colonysize", "relativefitness",
        "percentgrowth", "growthpercent", "doublingtime", "relativedoublingtime",
    ),
    "interaction": ("interaction", "epsilon", "ε", "tau", "τ", "eps", "giscore", "geneticinteractionscore"),
    "s_score": ("sscore", "s", "emapscore"),
    "expression": ("log2fc", "log2foldchange", "logfc", "expression", "foldchange"),
    "metabolome": ("concentration", "abundance"),
    "value": ("value", "measurement", "mean", "average", "score", "phenotype"),
}  # fmt: skip
"""What a column may be → the names that say so, in lower case, letters and digits alone."""


@dataclass(frozen=True)
class Seen:
    """One column as it looks.

    role: what its name says, of ROLES; "" if nothing. numbers, systematic, genes: the share of its filled cells that
    are numbers, systematic gene names, gene names of any kind (also several in one cell). separator: what parts those.
    """

    name: str
    role: str
    filled: int
    numbers: float
    systematic: float
    genes: float
    separator: str | None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.filled > 0 and self.numbers >= 0.6

    @property
    def is_gene(self) -> bool:
        """Whether it names genes."""
        return self.filled > 0 and self.genes >= 0.6 and not self.is_number


def look(name: str, column: pa.ChunkedArray, decimal: str, thousands: str | None) -> Seen:
    """Look at one column of text."""
    text = pc.utf8_trim_whitespace(solid(column))
    text = text.filter(pc.not_equal(text, ""))
    total = max(len(text), 1)
    numbers = len(text) - parse(text, decimal, thousands)[0].null_count
    separator, shares = None, [_share(text, part) for part in (_SYSTEMATIC, f"(?:{_SYSTEMATIC}|{_COMMON})")]
    for mark in SEPARATORS:
        found = [_share(text, part, mark) for part in (_SYSTEMATIC, f"(?:{_SYSTEMATIC}|{_COMMON})")]
        if found[1] > shares[1]:
            separator, shares = mark, found
    return Seen(name, role_of(name), len(text), numbers / total, shares[0], shares[1], separator)


def looks_like_gene(name: str) -> bool:
    """Whether one text is a gene name."""
    return re.fullmatch(f"(?:{_SYSTEMATIC}|{_COMMON})", name.strip()) is not None


def role_of(name: str) -> str:
    """What a column's name says of it; "" if nothing."""
    plain = re.sub(r"[\W_]", "", re.sub(r"\(.*?\)|\[.*?\]", "", name.lower()))
    return next((role for role, names in ROLES.items() if plain in names), "")


def unit_hint(name: str) -> str:
    """The unit that a column's name mentions; "" if none."""
    lower = name.lower()
    hints = {"%": "percent", "percent": "percent", "log2": "log2", "relative doubling": "relative_doubling_time",
             "doubling": "doubling_time", "z-score": "z_score", "ratio": "ratio"}  # fmt: skip
    return next((unit for word, unit in hints.items() if word in lower.replace("_", " ")), "")


def _share(text: pa.Array, gene: str, separator: str | None = None) -> float:
    """Share of cells that are a gene name, or with a separator one or several."""
    wild = pc.is_in(pc.utf8_lower(text), value_set=pa.array(WILD_TYPE))
    several = "" if separator is None else rf"(?:\s*{re.escape(separator)}\s*{gene})*"
    alike = pc.or_(pc.match_substring_regex(text, f"^{gene}{several}$"), wild)
    return (alike.true_count or 0) / max(len(text), 1)


def roles(columns: Sequence[Seen], *names: str) -> list[str]:
    """Names of the columns whose name says one of these roles."""
    return [column.name for column in columns if column.role in names]
