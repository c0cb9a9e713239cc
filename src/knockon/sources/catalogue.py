"""Every format of every study, for commands; a stage imports the formats of its own study alone."""

from knockon.sources.affinity.formats import FORMATS as AFFINITY
from knockon.sources.cellstate.formats import FORMATS as CELLSTATE
from knockon.sources.design.formats import FORMATS as DESIGN
from knockon.sources.gfp.formats import FORMATS as GFP
from knockon.sources.yeast.formats import FORMATS as YEAST

FORMATS = YEAST | GFP | AFFINITY | CELLSTATE | DESIGN
"""Format name → Format."""
