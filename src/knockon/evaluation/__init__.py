"""Metrics with intervals, noise ceilings, plots and the report; all of it from predictions tables."""
