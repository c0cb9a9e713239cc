"""What is known of the choice among the codons of one residue.

Most of what a codon says is its residue. What is left is the choice among synonymous codons: by counting, how often
the genome, or the gene itself, uses each of them; by a model, its probabilities among those alone. All are told the
residue.
"""

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Rows, Values
from knockon.models.tokens import Vocabulary
from knockon.represent.gene_vectors import CODONS
from knockon.represent.genetic_code import residue_of


def synonyms(vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Which tokens stand for the residue of each, by the standard code, (tokens, tokens); a special one for itself."""
    residues = [f"token {number}" for number in range(len(vocabulary))]
    for codon, number in zip(CODONS, vocabulary.numbers(CODONS), strict=True):
        residues[number] = residue_of(codon)
    names = np.array(residues)
    same: NDArray[np.bool_] = names[:, None] == names[None, :]
    return same


def given_residue(log_probabilities: Values, wanted: Rows, same: NDArray[np.bool_]) -> Values:
    """log p among the synonyms of the wanted tokens alone, −∞ for the others, (asked, tokens). same: of `synonyms`."""
    among = np.where(same[wanted], log_probabilities, -np.inf)
    highest = among.max(axis=1, keepdims=True)
    found: Values = among - highest - np.log(np.exp(among - highest).sum(axis=1, keepdims=True))
    return found
