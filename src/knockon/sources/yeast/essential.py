"""Lists of genes and strains: one name a line, and the deletion project's table of essential genes."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, mask, ragged, repeated, split, trimmed
from knockon.sources.text import read_lines

GENE_LIST_SCHEMA = pa.schema([column("gene", pa.string(), "gene as the list writes it")])

STRAIN_LIST_SCHEMA = pa.schema(
    [
        column("strain", pa.string(), "strain as the list writes it: ORF, underscore, the lab's strain number"),
        column("gene", pa.string(), "systematic name: the part before the last underscore"),
    ]
)

ESSENTIAL_SCHEMA = pa.schema(
    [
        column("gene", pa.string(), "systematic name of a gene whose deletion is lethal in rich medium"),
        column("aliases", pa.list_(pa.string()), "gene names as the table writes them"),
    ]
)

_SYSTEMATIC = r"^(Y[A-P][LR][0-9]{3}[WC](-[A-Z0-9]+)?|Q[0-9]{4}|R[0-9]{4}[WC])$"
_ESSENTIAL_COLUMNS = ("record", "gene", "deletion_alias", "aliases", "uptag", "downtag")


def read_gene_list(path: Path) -> ReadResult:
    """Read one name a line into GENE_LIST_SCHEMA. Other files count these lines, so none may be left out.

    Raises FormatError for a line that is blank or holds several words, and for a name that came before.
    """
    lines = read_lines(path)
    names = pc.utf8_trim_whitespace(lines["text"]).combine_chunks()
    for wrong, reason in (
        (mask(pc.equal(names, "")), "a blank line, which makes the numbers of the genes uncertain"),
        (mask(pc.match_substring_regex(names, r"\s")), "more than one word; a gene list has one name a line"),
        (repeated(names), "a name that came before"),
    ):
        if wrong.any():
            line = lines["line"][int(np.argmax(wrong))]
            raise FormatError(f"{path}, line {line}: {reason}")
    return ReadResult(pa.Table.from_arrays([names], schema=GENE_LIST_SCHEMA))


def read_strain_list(path: Path) -> ReadResult:
    """Read one strain a line, such as YGR146C-A_y13166, into STRAIN_LIST_SCHEMA, in the file's order.

    Rejected: lines of another form, strains that came before. Raises FormatError where no line has the form.
    """
    text = ragged(path, ("strain",), shortest=1)
    strains = trimmed(text.table, "strain")
    genes = pc.struct_field(pc.extract_regex(strains, r"^(?P<gene>\S+)_[^_\s]+$"), "gene")
    if genes.null_count == len(genes):
        raise FormatError(f"{path}: no line names a strain as ORF_number; is it another format?")
    refusals = Refusals(path, text.table["line"])
    refusals.refuse(pc.is_null(genes), strains, "not of the form ORF_number")
    refusals.refuse(repeated(strains), strains, "a strain that came before")
    return refusals.finish(pa.Table.from_arrays([strains, genes], schema=STRAIN_LIST_SCHEMA), text.rejects)


def read_essential_orfs(path: Path) -> ReadResult:
    """Read the deletion project's Essential_ORFs.txt (Giaever et al. 2002, Nature 418:387) into ESSENTIAL_SCHEMA.

    The title, the line of equals signs and the "updated" line are passed over. Rejected: rows without a systematic
    name, and genes that came before. Raises FormatError where no row has one.
    """
    text = ragged(path, _ESSENTIAL_COLUMNS, shortest=1)
    rows = text.table
    furniture = pc.match_substring_regex(rows["record"], r"^(rec_num|=+|updated.*)\s*$")
    rows = rows.filter(pc.invert(furniture))
    genes = pc.utf8_upper(trimmed(rows, "gene"))
    systematic = pc.match_substring_regex(genes, _SYSTEMATIC)
    if not pc.any(systematic).as_py():
        raise FormatError(f"{path}: no row has a systematic name in its second column; is it another format?")
    refusals = Refusals(path, rows["line"])
    refusals.refuse(pc.invert(systematic), genes, "not a systematic name")
    refusals.refuse(repeated(genes), genes, "a gene that came before")
    table = pa.Table.from_arrays([genes, split(rows["aliases"], ",")], schema=ESSENTIAL_SCHEMA)
    return refusals.finish(table, text.rejects)
