"""Every format of every study, for commands; a stage imports the formats of its own study alone."""

from knockon.sources.gfp.formats import FORMATS as GFP
from knockon.sources.yeast.formats import FORMATS as YEAST

FORMATS = YEAST | GFP
"""Format name → Format."""
