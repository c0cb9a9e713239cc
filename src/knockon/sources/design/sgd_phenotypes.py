"""Chemical phenotypes of null mutants from the literature, as SGD collects them, written as Datalog facts.

A fact a line: gene_nullphenotypechemical('YAL002W','increased_chemical compound accumulation','glutathione'). The file
of Brunnsaker et al. 2023 leaves Mülleder et al. 2016 out. What nobody reported is not there: absence says nothing.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.tables import Refusals, column, repeated, solid
from knockon.sources.text import read_lines

SGD_PHENOTYPE_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("gene", pa.string(), "systematic name of the deleted gene"),
        column("effect", pa.string(), "increased, decreased, abnormal, absent, …; empty for an auxotrophy"),
        column("observed", pa.string(), "chemical compound accumulation, utilization of carbon source, auxotrophy, …"),
        column("chemical", pa.string(), "as SGD names it, without amounts where it names them before or behind"),
        column("written", pa.string(), "the same as it stands in the file"),
    ]
)

ACCUMULATION = "chemical compound accumulation"
"""The observed phenotype that a designer asks for, with the effect "increased"."""

_FACT = r"^\s*gene_nullphenotypechemical\('(?P<gene>[^']*)','(?P<phenotype>[^']*)','(?P<chemical>.*)'\)\.\s*$"
_PHENOTYPE = r"^(?:(?P<effect>[a-z ]+)_)?(?P<observed>.+)$"
# "0.2 M LiCl lithium(1+),  lithium(1+)" and "lithium(1+), 0.2 M LiCl lithium(1+)": a condition beside the chemical.
_AMOUNT = r"(?:^[0-9.]+ ?[mu]?M [^,]*,\s+|,\s+[0-9.]+ ?[mu]?M [^,]*$)"


def read_sgd_phenotypes(path: Path) -> ReadResult:
    """Read facts into SGD_PHENOTYPE_SCHEMA. Blank lines and comments (%) are passed over.

    Rejected: lines of another form, facts without a gene or a chemical, facts that came before. Raises FormatError
    where no line is such a fact.
    """
    lines = read_lines(path)
    plain = pc.utf8_trim_whitespace(lines["text"])
    lines = lines.filter(pc.invert(pc.or_(pc.equal(plain, ""), pc.starts_with(plain, "%"))))
    text = solid(lines["text"])
    parts = pc.extract_regex(text, _FACT)
    if parts.null_count == len(parts):
        raise FormatError(f"{path}: no line is a fact gene_nullphenotypechemical('…','…','…'). Is it another format?")
    refusals = Refusals(path, lines["line"])
    refusals.refuse(pc.is_null(parts), text, "not a fact gene_nullphenotypechemical('…','…','…').")
    gene, phenotype, written = (pc.fill_null(pc.struct_field(parts, place), "") for place in range(3))
    for name, values in (("gene", gene), ("phenotype", phenotype), ("chemical", written)):
        refusals.refuse(pc.equal(pc.utf8_trim_whitespace(values), ""), text, f"no {name}")
    split = pc.extract_regex(phenotype, _PHENOTYPE)
    effect, observed = (pc.fill_null(pc.struct_field(split, place), "") for place in range(2))
    chemical = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_trim_whitespace(written), _AMOUNT, ""))
    refusals.refuse(repeated(gene, phenotype, written), text, "a fact that came before")
    columns = [solid(lines["line"]), gene, effect, observed, chemical, written]
    return refusals.finish(pa.Table.from_arrays(columns, schema=SGD_PHENOTYPE_SCHEMA), no_rejects())
