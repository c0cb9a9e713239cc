"""SMILES and sequences as numbers: an atom is a token, and so is a residue, or a codon."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knockon.errors import KnockonError

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
PADDING, UNKNOWN = 0, 1
_SPECIAL = 2
# Bracket atoms, the organic subset, ring numbers, bonds; / and \\ are bonds, too (Schwaller et al. 2018).
_ATOM = re.compile(r"\[[^\[\]]+\]|Br|Cl|[BCNOSPFIbcnosp]|%\d\d|\d|[()=#$:/\\.~*@?>+-]")


def smiles_tokens(smiles: str) -> list[str]:
    """The tokens of a SMILES; joined they are the SMILES again.

    Raises KnockonError where it is empty or holds what is no token, so that nothing is dropped in silence.
    """
    found = _ATOM.findall(smiles)
    if not smiles or "".join(found) != smiles:
        raise KnockonError(f"{smiles[:60]!r} is not a SMILES: a part of it is no atom, bond, branch or ring number")
    return found


def codon_tokens(coding: str) -> list[str]:
    """The whole codons of coding DNA, in reading order; an incomplete last one is left out.

    Raises KnockonError where there is none.
    """
    if len(coding) < 3:
        raise KnockonError(f"{coding!r} is no coding sequence: it holds no whole codon")
    bases = coding.upper().replace("U", "T")
    return [bases[start : start + 3] for start in range(0, len(bases) - len(bases) % 3, 3)]


class Vocabulary:
    """Numbers of tokens, by frequency in what they were learned from; 0 is padding, 1 stands for a token not seen."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self._number = {token: number + _SPECIAL for number, token in enumerate(self.tokens)}

    @classmethod
    def of_smiles(cls, ligands: Sequence[str]) -> "Vocabulary":
        """The tokens of these SMILES."""
        counts: dict[str, int] = {}
        for smiles in ligands:
            for token in smiles_tokens(smiles):
                counts[token] = counts.get(token, 0) + 1
        return cls(sorted(counts, key=lambda token: (-counts[token], token)))

    @classmethod
    def of_proteins(cls) -> "Vocabulary":
        """The twenty residues; any other letter is not seen."""
        return cls(tuple(RESIDUES))

    def __len__(self) -> int:
        return len(self.tokens) + _SPECIAL

    def numbers(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """int64 (tokens,)."""
        return np.array([self._number.get(token, UNKNOWN) for token in tokens], dtype=np.int64)


def padded(rows: Sequence[NDArray[np.int64]], longest: int) -> tuple[NDArray[np.int64], int]:
    """Rows side by side, int64 (rows, length ≤ longest), padded with 0; and how many were cut to `longest`."""
    width = min(longest, max((len(row) for row in rows), default=1))
    found = np.full((len(rows), max(width, 1)), PADDING, dtype=np.int64)
    for number, row in enumerate(rows):
        found[number, : min(len(row), longest)] = row[:longest]
    return found, sum(len(row) > longest for row in rows)
