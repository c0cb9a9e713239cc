"""Residues, mutations and ESM tokens as numbers."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.variants import RESIDUES
from knockon.errors import KnockonError
from knockon.represent.protein_tokens import (
    ESM_TOKENS,
    LETTERS,
    PROPERTIES,
    esm_tokens,
    indicators,
    mutation_tokens,
    one_hot,
    residue_codes,
    residue_properties,
    sequences,
)
from knockon.sources.gfp.avgfp import MUTATION

PROTEINS = ["SKGE", "SK"]


def lists(*variants):
    rows = [[{"position": p, "wild_type": w, "mutant": m} for p, w, m in variant] for variant in variants]
    return pa.array(rows, pa.list_(MUTATION))


def test_codes_and_sequences_undo_each_other():
    assert sequences(residue_codes(PROTEINS)) == PROTEINS
    with pytest.raises(KnockonError, match="protein 2: 'B'"):
        residue_codes(["SK", "SBK"])


def test_one_hot_has_one_entry_a_residue_and_none_for_padding():
    matrix = one_hot(residue_codes(PROTEINS))
    assert matrix.shape == (2, 80)
    assert matrix.sum(axis=1).tolist() == [[4.0], [2.0]]
    assert matrix[0, RESIDUES.index("S")] == 1
    assert matrix[1, 20 + RESIDUES.index("K")] == 1


def test_esm_tokens_open_close_and_pad():
    assert len(ESM_TOKENS) == 33
    words = [[ESM_TOKENS[token] for token in row] for row in esm_tokens(residue_codes(PROTEINS))]
    assert words[0] == ["<cls>", "S", "K", "G", "E", "<eos>"]
    assert words[1] == ["<cls>", "S", "K", "<eos>", "<pad>", "<pad>"]


def test_mutation_tokens_name_position_and_mutant():
    tokens = mutation_tokens(lists([], [(1, "K", "A"), (3, "E", "*")]), 4)
    assert tokens.tolist() == [[84, 84], [21 + LETTERS.index("A"), 63 + LETTERS.index("*")]]
    matrix = indicators(tokens, 4)
    assert matrix.shape == (2, 84)
    assert sorted(matrix.indices.tolist()) == sorted(tokens[1].tolist())
    with pytest.raises(KnockonError, match="2 mutations; at most 1"):
        mutation_tokens(lists([(1, "K", "A"), (3, "E", "D")]), 4, width=1)


def test_properties_tell_residues_apart():
    table = residue_properties(LETTERS)
    assert table.shape == (21, len(PROPERTIES))
    assert len(np.unique(table, axis=0)) == 21
    by_letter = dict(zip(LETTERS, table, strict=True))
    assert by_letter["K"][PROPERTIES.index("charge")] == 1
    assert by_letter["W"][PROPERTIES.index("volume")] > by_letter["G"][PROPERTIES.index("volume")]
    assert by_letter["I"][PROPERTIES.index("hydropathy")] > by_letter["R"][PROPERTIES.index("hydropathy")]
    assert by_letter["*"].tolist() == [0.0] * (len(PROPERTIES) - 1) + [1.0]
