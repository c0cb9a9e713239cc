"""Every file format of rows of the cellstate study, by name; a reader is imported when it reads.

Matrices of expression are no rows: `matrices`, `archs4`, `h5ad`, `rdata` and `precise` give `Expression`.
"""

from knockon.sources.formats import formats_of

_PLACE = "knockon.sources.cellstate"
_REGULONS = f"{_PLACE}.regulons:REGULON_SCHEMA"

FORMATS = formats_of(
    {
        "regulons": [
            ("trrust", f"{_PLACE}.regulons:read_trrust", _REGULONS, "TRRUST's regulators and their targets"),
            ("precise_trn", f"{_PLACE}.regulons:read_precise_trn", _REGULONS, "E. coli's network, as PRECISE has it"),
        ],
        "responses": [
            ("deseq2", f"{_PLACE}.deseq2:read_deseq2", "DESEQ2_SCHEMA", "a table of DESeq2, as MorPhiC's knock-outs"),
        ],
    }
)
"""Format name → Format."""
