"""The units in which a plain table may give each phenotype; what is stated is converted by its formula."""

import numpy as np

from knockon.sources.yeast.expression import RATIO, Z_SCORE
from knockon.sources.yeast.metabolome import UNIT as METABOLOME_Z_SCORE
from knockon.sources.yeast.morphology import UNIT as CALMORPH
from knockon.sources.yeast.table.unit import Unit

_INFINITE = float("inf")
_FITNESS = "colony or culture growth relative to wild type"
_EPSILON = "ε (two genes) or τ (three) in units of fitness"
_LOG_DOUBLING = "log2 of the doubling time relative to wild type"
_CONCENTRATIONS = "concentration in the mutant / in the wild type"
_LN2 = float(np.log(2.0))
_RARELY = (0.0, 0.25)
_NEVER = (0.0, 0.02)
_OFTEN = (0.02, 1.0)

PHENOTYPES: dict[str, tuple[Unit, ...]] = {
    "fitness": (
        Unit("ratio", "growth of the mutant / growth of the wild type", _FITNESS, -0.5, 3.0, (-0.02, 1.5), _RARELY),
        Unit(
            "percent",
            "percent of the wild type's growth",
            _FITNESS,
            -50.0,
            300.0,
            (-2.0, 150.0),
            _RARELY,
            3.0,
            "value / 100",
            lambda v, w: v / 100,
            lambda v, w: np.full_like(v, 0.01),
        ),
        Unit(
            "log2",
            "log2 of growth relative to wild type",
            _FITNESS,
            -10.0,
            1.6,
            (-6.0, 0.5),
            _OFTEN,
            0.0,
            "2^value",
            lambda v, w: 2.0**v,
            lambda v, w: 2.0**v * _LN2,
        ),
        Unit(
            "difference",
            "growth relative to wild type − 1",
            _FITNESS,
            -1.5,
            2.0,
            (-1.1, 0.4),
            _OFTEN,
            0.0,
            "1 + value",
            lambda v, w: 1.0 + v,
        ),
        Unit(
            "relative_doubling_time",
            "doubling time of the mutant / that of the wild type",
            _FITNESS,
            0.3,
            20.0,
            (0.7, 10.0),
            _NEVER,
            0.0,
            "1 / value",
            lambda v, w: 1.0 / v,
            lambda v, w: 1.0 / v**2,
        ),
        Unit(
            "doubling_time",
            "doubling time, in the unit of wild_type",
            _FITNESS,
            0.3,
            20.0,
            (0.7, 10.0),
            _NEVER,
            0.0,
            "wild_type / value",
            lambda v, w: w / v,
            lambda v, w: w / v**2,
            needs_wild_type=True,
        ),
        Unit(
            "growth_rate",
            "growth rate, in the unit of wild_type",
            _FITNESS,
            -0.5,
            3.0,
            (-0.02, 1.5),
            _RARELY,
            0.0,
            "value / wild_type",
            lambda v, w: v / w,
            lambda v, w: np.full_like(v, 1.0 / w),
            needs_wild_type=True,
        ),
    ),
    "interaction": (
        Unit("ratio", _EPSILON, _EPSILON, -2.0, 2.0, (-0.6, 0.4)),
        Unit(
            "percent",
            "ε or τ in percent of the wild type's fitness",
            _EPSILON,
            -200.0,
            200.0,
            (-60.0, 40.0),
            reach=2.0,
            formula="value / 100",
            convert=lambda v, w: v / 100,
            slope=lambda v, w: np.full_like(v, 0.01),
        ),
    ),
    "s_score": (Unit("score", "E-MAP's S-score", "none", -100.0, 100.0, (-6.0, 6.0), reach=1.0),),
    "growth": (
        Unit("log2", _LOG_DOUBLING, _LOG_DOUBLING, -2.0, 5.0, (-0.5, 3.0)),
        Unit(
            "relative_doubling_time",
            "doubling time of the mutant / that of the wild type",
            _LOG_DOUBLING,
            0.3,
            30.0,
            (0.7, 10.0),
            _NEVER,
            0.0,
            "log2(value)",
            lambda v, w: np.log2(v),
        ),
        Unit(
            "doubling_time",
            "doubling time, in the unit of wild_type",
            _LOG_DOUBLING,
            0.3,
            30.0,
            (0.7, 10.0),
            _NEVER,
            0.0,
            "log2(value / wild_type)",
            lambda v, w: np.log2(v / w),
            needs_wild_type=True,
        ),
    ),
    "expression": (
        Unit(
            "log2",
            "log2 of expression relative to wild type",
            "log2 of expression in the mutant / in the wild type",
            -20.0,
            20.0,
            (-3.0, 3.0),
            _OFTEN,
        ),
        Unit("ratio", RATIO, RATIO, 0.0, 5000.0, (0.1, 10.0), _NEVER),
        Unit("z_score", Z_SCORE, Z_SCORE, -50.0, 50.0, (-3.0, 3.0), _OFTEN),
    ),
    "metabolome": (
        Unit("z_score", METABOLOME_Z_SCORE, METABOLOME_Z_SCORE, -50.0, 50.0, (-3.0, 3.0), _OFTEN),
        Unit(
            "log2",
            "log2 of concentration relative to wild type",
            "log2 of concentration relative to wild type",
            -20.0,
            20.0,
            (-3.0, 3.0),
            _OFTEN,
        ),
        Unit(
            "ratio",
            _CONCENTRATIONS,
            _CONCENTRATIONS,
            0.0,
            5000.0,
            (0.05, 20.0),
            _NEVER,
        ),
        Unit("millimolar", "concentration in mmol/l", "mmol/l", 0.0, 10_000.0, (0.0, 2000.0), _NEVER),
    ),
    "morphology": (
        Unit("calmorph", CALMORPH, CALMORPH, 0.0, _INFINITE, (0.0, _INFINITE), _NEVER),
        Unit("z_score", "z-score among strains", "z-score among strains", -50.0, 50.0, (-3.0, 3.0), _OFTEN),
    ),
}
"""Phenotype → its units, the likelier first where a column could be in several."""


def find_unit(phenotype: str, name: str) -> Unit:
    """A unit that there is."""
    return next(unit for unit in PHENOTYPES[phenotype] if unit.name == name)
