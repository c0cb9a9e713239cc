"""Readers of the design study's formats."""
