"""A planted yeast, written in the published formats, with its truth beside it."""

from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast

__all__ = ["SimulationSettings", "simulate_yeast"]
