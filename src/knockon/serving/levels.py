"""Which intervals a trained model has."""

from collections.abc import Mapping

from knockon.errors import KnockonError


def quantile_of(quantiles: Mapping[str, float], level: float) -> float:
    """How many deviations lie on either side at a level such as 0.9. Raises KnockonError where there is no such."""
    found = quantiles.get(f"{level:g}")
    if found is None:
        raise KnockonError(f"the level is {level:g}; the model has intervals of {', '.join(quantiles)}")
    return found
