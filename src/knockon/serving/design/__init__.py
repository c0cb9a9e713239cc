"""Strain design: a question, what is known, a ranked list of strains to build, and a page that says why."""
