"""The design study's section of params.yaml."""

from typing import Literal

from knockon.stages.design.flux_params import Flux
from knockon.stages.params import Section


class Study(Section):
    """All of `design`."""

    source: Literal["public", "simulated"]
    flux: Flux
