"""Protein sequences as files have them, made comparable: upper case, an exact repeat undone, odd letters counted."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers, Mask

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
ODD = "BJOUXZ"
"""Letters that stand for no one residue, or for one that no model's alphabet has."""

SHORTEST = 10
# A repeat of fewer residues is a feature of the protein (a tandem repeat), not a chain that stands twice.
_SHORTEST_CHAIN = 20
# Of so many letters that are all bases a protein is as good as impossible.
_BASES = r"^[ACGTUN]{20,}$"


@dataclass(frozen=True)
class Cleaned:
    """Sequences in the order given; empty text where one is refused.

    sequences: large_string. copies: how often the chain stood in the text, int64. odd: letters of ODD, int64.
    lower: whether the text had lower-case letters. reasons: why one is refused, missing where it is not.
    """

    sequences: pa.Array
    copies: Integers
    odd: Integers
    lower: Mask
    reasons: pa.Array


def clean_sequences(texts: pa.Array) -> Cleaned:
    """Make the distinct sequences of a source comparable. texts: string or large_string, shape (sequences,).

    Refused: DNA or RNA, anything with a character that is no residue, fewer than 10 residues. Nothing is cut: a
    sequence that is n times the same chain becomes that chain, and `copies` says so.
    """
    texts = texts.cast(pa.large_string())
    upper = pc.ascii_upper(pc.replace_substring_regex(texts, r"\s+|\*$", ""))
    lower = pc.match_substring_regex(texts, "[a-z]").to_numpy(zero_copy_only=False)
    once = [_chain(text) for text in upper.to_pylist()]
    sequences = pa.array([chain for chain, _ in once], pa.large_string())
    reasons = pc.case_when(
        pc.make_struct(
            pc.match_substring_regex(upper, _BASES),
            pc.invert(pc.match_substring_regex(upper, f"^[{RESIDUES}{ODD}]*$")),
            pc.less(pc.utf8_length(sequences), SHORTEST),
        ),
        "DNA or RNA, not a protein; translate it",
        "a character that is no residue",
        f"fewer than {SHORTEST} residues",
    )
    odd = np.asarray(pc.utf8_length(pc.replace_substring_regex(sequences, f"[^{ODD}]", "")), dtype=np.int64)
    kept = pc.if_else(pc.is_null(reasons), sequences, pa.scalar("", pa.large_string()))
    return Cleaned(kept, np.array([copies for _, copies in once], dtype=np.int64), odd, lower, reasons)


def _chain(text: str) -> tuple[str, int]:
    """The shortest chain whose repetition the text is, and how often it stands."""
    # A text is a repetition exactly where it is found in its double before its own length.
    period = (text + text).find(text, 1) if text else 0
    if period < _SHORTEST_CHAIN or period >= len(text):
        return text, 1
    return text[:period], len(text) // period


def looks_like_peptide(text: str) -> bool:
    """Whether a text that is no SMILES is the letters of a peptide."""
    return bool(re.fullmatch(f"[{RESIDUES}]{{5,}}", text))
