"""Stages of the affinity study."""
