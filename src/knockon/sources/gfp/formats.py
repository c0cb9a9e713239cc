"""Every file format of the avGFP study, by name."""

from knockon.sources.formats import formats_of
from knockon.sources.gfp import avgfp

FORMATS = formats_of(
    {"variants": [("avgfp", avgfp.AVGFP_SCHEMA, avgfp.read_avgfp, "avGFP genotypes and their brightness")]}
)
"""Format name → Format."""
