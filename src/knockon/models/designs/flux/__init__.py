"""Constraint-based models: growth, fluxes and yields of a metabolic network under deletions, by linear programs."""
