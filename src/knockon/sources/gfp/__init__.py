"""Readers of the avGFP study's files."""
