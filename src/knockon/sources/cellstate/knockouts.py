"""Knock-outs in a compendium, each with the samples that it is compared to."""

from collections.abc import Sequence

import pyarrow as pa

from knockon.errors import FormatError
from knockon.sources.tables import column

KNOCKOUT_SCHEMA = pa.schema(
    [
        column("knockout", pa.string(), "study, knocked-out genes, strain and condition"),
        column("genes", pa.list_(pa.string()), "knocked out, by name, sorted"),
        column("study", pa.string(), "of its samples"),
        column("samples", pa.list_(pa.string()), "with the knock-out, replicates"),
        column("controls", pa.list_(pa.string()), "wild types under the same condition"),
        column("match", pa.string(), "how near the controls are, one of MATCHES"),
    ]
)

MATCHES = ("same study and strain", "same study", "same strain", "same condition alone")
"""The ways in which controls are looked for, the best first; the condition is the same in all."""


def matched_knockouts(
    samples: Sequence[str],
    studies: Sequence[str],
    deleted: Sequence[Sequence[str]],
    strains: Sequence[str],
    conditions: Sequence[str],
) -> tuple[pa.Table, int]:
    """KNOCKOUT_SCHEMA, in the order of their first samples, and the number of knock-outs without a wild type.

    deleted: genes that a sample lacks; none in a wild type. strains: without these genes. conditions: all that must be
    equal for a comparison (medium, supplement, temperature, …). A knock-out is every sample of a study that lacks the
    same genes in the same strain and condition; its controls are the wild types of the first of MATCHES that has any.
    Raises FormatError where the arguments are not of one length.
    """
    if len({len(samples), len(studies), len(deleted), len(strains), len(conditions)}) != 1:
        raise FormatError("knock-outs: samples, studies, deleted genes, strains and conditions are not of one number")
    wild: dict[tuple[str, ...], list[str]] = {}
    lacking: dict[tuple[str, tuple[str, ...], str, str], list[str]] = {}
    for sample, study, genes, strain, condition in zip(samples, studies, deleted, strains, conditions, strict=True):
        if genes:
            lacking.setdefault((study, tuple(sorted(genes)), strain, condition), []).append(sample)
            continue
        for key in _keys(study, strain, condition):
            wild.setdefault(key, []).append(sample)
    rows = []
    for (study, genes, strain, condition), found in lacking.items():
        match = next((key for key in _keys(study, strain, condition) if key in wild), None)
        if match is not None:
            name = f"{study}: {' '.join(genes)}; {strain}; {condition}"
            rows.append((name, list(genes), study, found, wild[match], match[0]))
    columns = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in KNOCKOUT_SCHEMA]
    return pa.table(columns, schema=KNOCKOUT_SCHEMA), len(lacking) - len(rows)


def _keys(study: str, strain: str, condition: str) -> tuple[tuple[str, ...], ...]:
    """What a wild type must share, for each of MATCHES, with the name of the match before it."""
    shared = ((study, strain), (study,), (strain,), ())
    return tuple((match, condition, *names) for match, names in zip(MATCHES, shared, strict=True))
