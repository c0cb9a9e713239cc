"""Readers of the yeast study's files, one published format a file."""
