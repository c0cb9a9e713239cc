"""The design study's section of params.yaml."""

from typing import Literal

from knockon.stages.params import LEFT_OUT, Count, NotNegative, Number, Section, Seed


class Phenotypes(Section):
    """Planted screens of single deletions, see `sources.simulate.design.DesignSimulation`."""

    noise: NotNegative = LEFT_OUT
    confounding: Number = LEFT_OUT
    seed: Seed = LEFT_OUT


class Simulation(Section):
    """What is planted."""

    phenotypes: Phenotypes


class Features(Section):
    """What is known of each gene. components: leading directions of a wide block; network: of all networks together."""

    components: Count
    network: Count


class Study(Section):
    """All of `design`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    features: Features
