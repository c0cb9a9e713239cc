"""Sequences: a repeated chain once, odd letters counted, what is no protein refused."""

import pyarrow as pa
import pytest

from knockon.sources.affinity.proteins import clean_sequences, looks_like_peptide

CHAIN = "MKTAYIAKQRQISFVKSHFSRQLEERLGLI"


def clean(*texts):
    return clean_sequences(pa.array(texts))


def test_an_exact_repeat_is_undone():
    cleaned = clean(CHAIN, CHAIN * 2, CHAIN * 3, CHAIN * 2 + "M", CHAIN + CHAIN[:-1])
    assert cleaned.copies.tolist() == [1, 2, 3, 1, 1]
    assert cleaned.sequences.to_pylist() == [CHAIN, CHAIN, CHAIN, CHAIN * 2 + "M", CHAIN + CHAIN[:-1]]


def test_a_tandem_repeat_is_the_proteins_own():
    cleaned = clean("GAGAGS" * 12)
    assert (cleaned.copies.tolist(), cleaned.sequences.to_pylist()) == ([1], ["GAGAGS" * 12])


def test_lower_case_is_read_and_told():
    cleaned = clean(CHAIN.lower(), CHAIN)
    assert cleaned.sequences.to_pylist() == [CHAIN, CHAIN]
    assert cleaned.lower.tolist() == [True, False]


def test_odd_letters_are_counted_and_kept():
    cleaned = clean(CHAIN + "XXU", CHAIN)
    assert cleaned.odd.tolist() == [3, 0]
    assert cleaned.sequences[0].as_py() == CHAIN + "XXU"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ACGT" * 10, "DNA or RNA"),
        ("acgu" * 10, "DNA or RNA"),
        (CHAIN + "1", "no residue"),
        (CHAIN + "-" + CHAIN, "no residue"),
        ("MKT", "fewer than 10"),
        ("", "fewer than 10"),
    ],
)
def test_what_is_no_protein_is_refused(text, reason):
    cleaned = clean(CHAIN, text)
    assert cleaned.reasons[0].as_py() is None
    assert reason in cleaned.reasons[1].as_py()
    assert cleaned.sequences[1].as_py() == ""


def test_the_letters_of_a_peptide():
    assert looks_like_peptide("MKTAYIAK")
    assert not looks_like_peptide("CC(=O)O")
