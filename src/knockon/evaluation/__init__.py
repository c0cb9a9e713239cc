"""Metrics with intervals, ceilings, plots and the report; all of it from predictions tables."""
