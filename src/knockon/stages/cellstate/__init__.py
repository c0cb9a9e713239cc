"""Stages of the cellstate study."""
