"""Pieces of sequences, beside what the published tokenizers make of the same text where that is right."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.represent.token_forms import FORMS, Numbers, rna_codons, six_mers
from tests.represent.tiny_models import CALM, ESM2, NT, PROT_T5, save_tiny

TOKENS = {"esm2": ESM2, "prot_t5": PROT_T5, "calm": CALM, "nt": NT}
TEXTS = {
    "esm2": ("MKTAYIAKQRUXBZO", "MKTAYIAKQRUXBZO"),
    "prot_t5": ("PRTEINO", "P R T E I N X"),
    "calm": ("ATGGCGCTAAAGTGA", "AUG GCG CUA AAG UGA"),
    "nt": ("ATTCTGACCGANATTCCGAATTCCGCA", "ATTCTGACCGANATTCCGAATTCCGCA"),
}


def numbers_of(family):
    return Numbers(FORMS[family], {token: number for number, token in enumerate(TOKENS[family])}, family)


@pytest.mark.parametrize("family", FORMS)
def test_numbers_are_those_of_the_published_tokenizer(family, tmp_path):
    from transformers import AutoTokenizer

    published = AutoTokenizer.from_pretrained(save_tiny(tmp_path, family))
    ours, theirs = TEXTS[family]
    numbers = numbers_of(family)
    assert [*numbers.first, *numbers.of(ours), *numbers.last] == published(theirs)["input_ids"]
    assert numbers.padding == published.pad_token_id


def test_every_residue_has_one_token_whatever_letter_stands_there():
    for family in ("esm2", "prot_t5"):
        numbers = numbers_of(family)
        assert len(numbers.of("MKJ**JZmk-")) == 10
        tokens = [TOKENS[family][number] for number in numbers.of("JmU")]
        assert tokens == (["X", "M", "U"] if family == "esm2" else ["▁X", "▁M", "▁X"])
    assert [PROT_T5[number] for number in numbers_of("prot_t5").of("UZOB")] == ["▁X"] * 4


def test_codons_and_six_mers():
    assert rna_codons("ATGTGATTTAA") == ["AUG", "UGA", "UUU"]
    assert [CALM[number] for number in numbers_of("calm").of("ATGANATAA")] == ["AUG", "<unk>", "UAA"]
    assert six_mers("ACGTACGTNACGTACG") == ["ACGTAC", "G", "T", "N", "ACGTAC", "G"]
    assert [NT[number] for number in numbers_of("nt").of("acgtacRT")] == ["ACGTAC", "N", "T"]
    assert len(numbers_of("nt").of("A" * 5979)) == 999


def test_a_vocabulary_of_another_model_is_refused():
    with pytest.raises(KnockonError, match="its vocabulary of 33 tokens has no 'AAA'"):
        Numbers(FORMS["calm"], {token: number for number, token in enumerate(ESM2)}, "folder")


def test_numbers_are_int64():
    assert numbers_of("nt").of("").dtype == np.int64
