"""Which genes a row of a plain table perturbs: one gene column or several, or several genes in one cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.tables import Column, solid, split

WILD_TYPE = ("wt", "wild type", "wild-type", "wildtype", "by4741", "by4742", "by4743", "s288c", "control", "parent")
"""What a row of the wild type is called, in lower case."""

_PART = "\x1f"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = rf"(?i)^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}.*|[0-9]{{1,2}}[-./ ]({_MONTHS})[a-z]*|({_MONTHS})[-./ ][0-9]{{1,4}})$"
"""What a spreadsheet makes of MAR1, OCT1 or SEP7."""


@dataclass(frozen=True)
class Strains:
    """Perturbed genes of each row: list<string>, without blanks; `alleles` has the same lengths.

    wild_type: boolean, rows that name the wild type; they have no genes.
    """

    genes: pa.ListArray
    alleles: pa.ListArray
    wild_type: pa.Array

    def take(self, rows: pa.Array) -> "Strains":
        """These rows, in this order."""
        return Strains(self.genes.take(rows), self.alleles.take(rows), self.wild_type.take(rows))

    def counts(self) -> pa.Array:
        """Number of genes of each row, int32."""
        return pc.list_value_length(self.genes)

    def slots(self, places: Sequence[pa.Array]) -> list[tuple[pa.Array, pa.Array]]:
        """Gene and allele of each row at given places (int64, null for none)."""
        starts = self.genes.offsets.slice(0, len(self.genes)).cast(pa.int64())
        rows = [pc.add(starts, place) for place in places]
        return [(self.genes.values.take(row), self.alleles.values.take(row)) for row in rows]


def strains_of(columns: Sequence[Column], alleles: Sequence[Column] = (), separator: str | None = None) -> Strains:
    """The strains of rows whose genes stand in these columns, all of one length; blank cells name no gene.

    alleles: a column for each of `columns`, or none. separator: parts several genes in one cell.
    """
    texts = [pc.utf8_trim_whitespace(solid(column)) for column in columns]
    wild = pc.is_in(pc.utf8_lower(texts[0]), value_set=pa.array(WILD_TYPE))
    texts[0] = pc.if_else(wild, "", texts[0])
    if separator is not None:
        texts = [pc.replace_substring(text, separator, _PART) for text in texts]
    joined = pc.binary_join_element_wise(*texts, _PART)
    genes = split(joined, _PART)
    if not alleles:
        blank = pa.repeat("", len(genes.values))
        return Strains(genes, pa.ListArray.from_arrays(genes.offsets, blank), wild)
    return Strains(genes, _beside(genes, texts, alleles), wild)


def _beside(genes: pa.ListArray, texts: Sequence[pa.Array], alleles: Sequence[Column]) -> pa.ListArray:
    """The allele of each gene that is not blank, row by row."""
    rows, width = len(genes), len(texts)
    order = pa.array(np.arange(rows * width).reshape(width, rows).T.ravel())
    kept = pc.not_equal(pa.concat_arrays(list(texts)).take(order), "")
    trimmed = [pc.utf8_trim_whitespace(solid(column)) for column in alleles]
    return pa.ListArray.from_arrays(genes.offsets, pa.concat_arrays(trimmed).take(order).filter(kept))


def joined(first: Strains, second: Strains) -> Strains:
    """Strains that perturb the genes of both, row by row, without alleles; a wild type adds none."""
    texts = [pc.binary_join(each.genes, _PART) for each in (first, second)]
    genes = split(pc.binary_join_element_wise(*texts, _PART), _PART)
    alleles = pa.ListArray.from_arrays(genes.offsets, pa.repeat("", len(genes.values)))
    return Strains(genes, alleles, pc.and_(first.wild_type, second.wild_type))
