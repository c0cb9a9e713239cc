"""SMILES tokens: nothing is lost, and what is no SMILES is said."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.tokens import PADDING, UNKNOWN, Vocabulary, codon_tokens, padded, smiles_tokens

ERLOTINIB = r"C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1"


@pytest.mark.parametrize(
    ("smiles", "tokens"),
    [
        (r"F/C=C\Br", ["F", "/", "C", "=", "C", "\\", "Br"]),
        ("[C@@H](Cl)[nH]", ["[C@@H]", "(", "Cl", ")", "[nH]"]),
        ("C%12.[Na+]", ["C", "%12", ".", "[Na+]"]),
    ],
)
def test_an_atom_is_a_token(smiles, tokens):
    assert smiles_tokens(smiles) == tokens


@pytest.mark.parametrize("smiles", ["", "CC O", "C[", "MKTAYIAK", "C1CC1Å"])
def test_what_is_no_smiles_is_refused(smiles):
    with pytest.raises(KnockonError, match="not a SMILES"):
        smiles_tokens(smiles)


def test_a_codon_is_a_token():
    assert codon_tokens("ATGgcnUAAA") == ["ATG", "GCN", "TAA"]
    with pytest.raises(KnockonError, match="no whole codon"):
        codon_tokens("AT")


def test_numbers_go_back_to_the_tokens():
    vocabulary = Vocabulary.of_smiles([ERLOTINIB, "CCBr"])
    tokens = smiles_tokens(ERLOTINIB)
    assert [vocabulary.tokens[number - 2] for number in vocabulary.numbers(tokens)] == tokens
    assert vocabulary.numbers(["[Se]", "C"])[0] == UNKNOWN
    assert len(vocabulary) == len(set(tokens) | {"Br"}) + 2
    assert vocabulary.tokens == Vocabulary.of_smiles(["CCBr", ERLOTINIB]).tokens


def test_long_rows_are_cut_and_counted():
    rows = [np.array([3, 4, 5]), np.array([6])]
    matrix, cut = padded(rows, 2)
    assert matrix.tolist() == [[3, 4], [6, PADDING]]
    assert cut == 1
