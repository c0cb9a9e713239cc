"""UniProt's FASTA headers: which accession belongs to which gene, with the protein's sequence."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.fasta import read_fasta
from knockon.sources.reading import ReadResult
from knockon.sources.tables import column

UNIPROT_SCHEMA = pa.schema(
    [
        column("accession", pa.string(), "UniProt accession, such as P34111"),
        column("entry_name", pa.string(), "UniProt entry name, such as TFC3_YEAST"),
        column("reviewed", pa.bool_(), "true for Swiss-Prot, false for TrEMBL"),
        column("protein_name", pa.string(), "recommended name"),
        column("gene", pa.string(), "gene name (GN): standard or systematic; missing where none", nullable=True),
        column("existence", pa.int8(), "evidence that the protein exists, 1 (protein level) to 5", nullable=True),
        column("sequence", pa.large_string(), "amino acids, one-letter codes"),
    ]
)


def read_uniprot_fasta(path: Path) -> ReadResult:
    """Read a UniProt proteome, plain or gzip, into UNIPROT_SCHEMA, in the file's order.

    Rejects as `fasta.read_fasta`; raises FormatError where a header is not of UniProt's form (>sp|P34111|TFC3_YEAST …).
    """
    result = read_fasta(path)
    names, description = (result.table[name].combine_chunks() for name in ("name", "description"))
    parts = pc.extract_regex(names, r"^(?P<part>sp|tr)\|(?P<accession>[A-Z0-9-]+)\|(?P<entry>\S+)$")
    if parts.null_count:
        strange = names.filter(pc.is_null(parts))[0].as_py()
        raise FormatError(f"{path}: the header >{strange[:80]} is not of UniProt's form >sp|accession|entry")
    columns = {
        "accession": pc.struct_field(parts, "accession"),
        "entry_name": pc.struct_field(parts, "entry"),
        "reviewed": pc.equal(pc.struct_field(parts, "part"), "sp"),
        "protein_name": _captured(description, r"^(?P<found>.*?)(?: OS=.*)?$"),
        "gene": _captured(description, r" GN=(?P<found>.+?)(?: PE=| SV=|$)"),
        "existence": _captured(description, r" PE=(?P<found>[1-5])(?: |$)").cast(pa.int8()),
        "sequence": result.table["sequence"],
    }
    return ReadResult(pa.Table.from_pydict(columns, schema=UNIPROT_SCHEMA), result.rejects)


def _captured(text: pa.Array, pattern: str) -> pa.Array:
    """What the group `found` matched; missing where the pattern does not match."""
    return pc.struct_field(pc.extract_regex(text, pattern), "found")
