"""Every file format of the avGFP study, by name; a reader is imported when it reads."""

from knockon.sources.formats import formats_of

FORMATS = formats_of(
    {
        "variants": [
            ("avgfp", "knockon.sources.gfp.avgfp:read_avgfp", "AVGFP_SCHEMA", "avGFP genotypes and their brightness"),
        ],
    }
)
"""Format name → Format."""
