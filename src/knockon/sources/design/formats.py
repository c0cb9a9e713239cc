"""Every file format of the design study, by name; a reader is imported when it reads."""

from knockon.sources.formats import formats_of

_PLACE = "knockon.sources.design"
_CYCLES = f"{_PLACE}.cycles:CYCLE_SCHEMA"

FORMATS = formats_of(
    {
        "designs": [
            (
                "isoprenol_cycles",
                f"{_PLACE}.cycles:read_isoprenol_cycles",
                _CYCLES,
                "cycles of design and test",
            ),
            ("isoprenol_screen", f"{_PLACE}.cycles:read_isoprenol_screen", _CYCLES, "single knock-downs, isoprenol"),
        ],
    }
)
"""Format name → Format."""
