"""Stages of the design study."""
