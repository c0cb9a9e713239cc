"""Stages of the avGFP study."""
