"""Every file format of the design study, by name; a reader is imported when it reads."""

from knockon.sources.formats import formats_of

_PLACE = "knockon.sources.design"
_CYCLES = f"{_PLACE}.cycles:CYCLE_SCHEMA"

FORMATS = formats_of(
    {
        "phenotypes": [
            (
                "betaxanthin",
                f"{_PLACE}.betaxanthin:read_betaxanthin",
                "BETAXANTHIN_SCHEMA",
                "betaxanthin and colony size by gene, Cachera et al. 2023",
            ),
            (
                "sgd_phenotypes",
                f"{_PLACE}.sgd_phenotypes:read_sgd_phenotypes",
                "SGD_PHENOTYPE_SCHEMA",
                "Datalog facts of null mutants and chemicals, from SGD",
            ),
        ],
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
