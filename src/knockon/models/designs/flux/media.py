"""Growth media: what a network may take up, and what the screened strains lack besides.

A medium without uptakes is the one that the model was shipped with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.sources.design.metabolic_network import MetabolicNetwork

OUTSIDE = "e"
"""The compartment of what lies outside the cell."""


@dataclass(frozen=True)
class Medium:
    """uptakes: by name of the metabolite, mmol per gram of dry cells and hour. deleted: systematic names of genes that
    every strain of the screen lacks."""

    name: str
    uptakes: Mapping[str, float] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()

    def bounds(self, network: MetabolicNetwork) -> tuple[Values, Values]:
        """Lower and upper bounds of all reactions in this medium, float64 (reactions,).

        Raises KnockonError for a compound that the network lacks or can't take up, and for a rate below 0.
        """
        lower, upper = network.lower.copy(), network.upper.copy()
        if not self.uptakes:
            return lower, upper
        exchanges = network.exchanges()
        outside = sorted(row for row in exchanges if network.compartments[row] == OUTSIDE)
        for row in outside:
            _limit(network, exchanges[row], lower, upper, 0.0)
        for compound, rate in self.uptakes.items():
            row = network.product(f"{compound} [{OUTSIDE}]")
            if row not in exchanges:
                raise KnockonError(f"medium {self.name}: the metabolic model has no exchange of {compound}")
            if not rate >= 0:
                raise KnockonError(f"medium {self.name}: the uptake of {compound} is {rate:g}; it must not be below 0")
            _limit(network, exchanges[row], lower, upper, float(rate))
        return lower, upper


def _limit(network: MetabolicNetwork, reaction: int, lower: Values, upper: Values, rate: float) -> None:
    """Let an exchange take up at most `rate`, whichever way round the model writes it."""
    coefficient = network.stoichiometry.data[network.stoichiometry.indptr[reaction]]
    if coefficient < 0:
        lower[reaction] = -rate / abs(coefficient)
    else:
        upper[reaction] = rate / coefficient
