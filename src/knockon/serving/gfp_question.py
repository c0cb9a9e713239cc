"""What is asked of the avGFP model: variants in words, checked against the protein without importing PyTorch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knockon.errors import KnockonError
from knockon.serving.levels import quantile_of

if TYPE_CHECKING:
    from knockon.arrays import Integers
    from knockon.evaluation.growing_intervals import Widths
    from knockon.serving.gfp import Description, Served

_SPLITTER = ":"


def parse_mutations(text: str, reference: str) -> list[dict[str, str | int]]:
    """Mutations such as A23T:K45R, positions counted from 0 on the protein without its first methionine.

    An empty text is the wild type. Raises KnockonError that names the mutation and what is wrong with it.
    """
    found: dict[int, dict[str, str | int]] = {}
    for word in filter(None, (part.strip() for part in text.split(_SPLITTER))):
        wild_type, digits, mutant = word[0].upper(), word[1:-1], word[-1].upper()
        if not (digits.isascii() and digits.isdigit()):
            raise KnockonError(f"{word!r} is no mutation: write residue, position, residue, such as A23T:K45R")
        _check_residues(word, wild_type, mutant)
        position = int(digits)
        if position >= len(reference):
            raise KnockonError(
                f"{word}: position {position} is out of range; the protein has positions 0 to {len(reference) - 1} "
                "(counted from 0, without the first methionine)"
            )
        if reference[position] != wild_type:
            raise KnockonError(
                f"{word}: position {position} is {reference[position]}, not {wild_type}"
                + _nearby(reference, position, wild_type)
            )
        if position in found:
            raise KnockonError(f"{word}: position {position} is mutated twice")
        found[position] = {"position": position, "wild_type": wild_type, "mutant": mutant}
    return [found[position] for position in sorted(found)]


def _check_residues(word: str, wild_type: str, mutant: str) -> None:
    from knockon.dataset.variants import RESIDUES

    for letter, allowed in ((wild_type, RESIDUES), (mutant, RESIDUES + "*")):
        if letter not in allowed:
            raise KnockonError(f"{word}: {letter!r} is not a residue; the residues are {RESIDUES}, and * is a stop")


def _nearby(reference: str, position: int, wild_type: str) -> str:
    """A hint where the person counts from 1, or with the methionine."""
    shifts = [shift for shift in (1, 2) if position >= shift and reference[position - shift] == wild_type]
    if not shifts:
        return ""
    return f"; {wild_type} is at {position - shifts[0]}: positions are counted from 0, without the first methionine"


@dataclass(frozen=True)
class Question:
    """What is asked of a model, checked. tokens: int64 (variants, width). widths: half widths of the intervals.

    beyond: int64 (variants,), the mutations of each that are more than a fitted variant has.
    """

    variants: tuple[str, ...]
    tokens: "Integers"
    widths: "Widths"
    beyond: "Integers"


def question(description: "Description", variants: Sequence[str], level: float) -> Question:
    """Raises KnockonError for a level without interval, and for what is no variant of the model's protein."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from knockon.evaluation.growing_intervals import Widths
    from knockon.represent.protein_tokens import mutation_tokens
    from knockon.sources.gfp.avgfp import MUTATION

    widths = Widths(quantile_of(description.quantiles, level), description.growth.get(f"{level:g}", 0.0))
    reference = description.reference
    lists = pa.array([parse_mutations(text, reference) for text in variants], pa.list_(MUTATION))
    mutations = pc.list_value_length(lists).to_numpy().astype("int64")
    tokens = mutation_tokens(lists, len(reference), max(1, mutations.max(initial=0)))
    return Question(tuple(variants), tokens, widths, mutations - description.known)


def predict(served: "Served", asked: Question) -> list[dict[str, float | str]]:
    """Brightness and interval of each variant, log10 fluorescence, for a measurement of one barcode."""
    brightness, deviations = served.predict(asked.tokens)
    halves = (asked.widths.at(asked.beyond) * deviations).tolist()
    return [
        {"variant": text, "brightness": value, "low": value - half, "high": value + half}
        for text, value, half in zip(asked.variants, brightness.tolist(), halves, strict=True)
    ]
