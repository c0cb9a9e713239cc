"""A kept language as an encoder of sequences: means of its own states, whatever stands beside them."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.language.learning import learn, load_language, save_language
from knockon.models.language.masked import LanguageSizes
from knockon.models.language.vectors import LanguageEncoder
from knockon.represent.cache import EmbeddingCache

SIZES = LanguageSizes(width=32, layers=1, dropout=0.1, longest=24)
RANDOM = np.random.default_rng(0)
TEXTS = {
    "protein": ["".join(RANDOM.choice(list("ACDEFGX"), length)) for length in (5, 24, 90, 11, 24, 300)],
    "codon": ["".join(RANDOM.choice(list("ACGT"), 3 * length)) for length in (5, 24, 90, 11, 24, 300)],
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    torch.set_num_threads(1)
    kept = {}
    for kind, texts in TEXTS.items():
        kept[kind] = tmp_path_factory.mktemp(kind)
        learnt = learn(kind, pa.chunked_array([texts]), SIZES, {"max_steps": 2, "device": "cpu"}, 3, 1)
        save_language(kept[kind], learnt.language, kind)
    return kept


@pytest.mark.parametrize("kind", TEXTS)
def test_a_vector_is_the_mean_over_the_tokens(kind, folders):
    encoder, language = LanguageEncoder(folders[kind], kind), load_language(folders[kind], kind)
    text = TEXTS[kind][1]
    unit = 3 if kind == "codon" else 1
    tokens = [text[start : start + unit] for start in range(0, len(text), unit)]
    with torch.no_grad():
        states = language.module.encoder.states(torch.from_numpy(language.vocabulary.numbers(tokens))[None])
    found = encoder.encode([text])
    assert found.shape == (1, 32)
    np.testing.assert_allclose(found[0], states[0].mean(dim=0).numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", TEXTS)
def test_neither_the_batch_nor_windows_of_others_change_a_vector(kind, folders):
    together = LanguageEncoder(folders[kind], kind).encode(TEXTS[kind])
    small = LanguageEncoder(folders[kind], kind, tokens_at_once=1)
    np.testing.assert_allclose(together, small.encode(TEXTS[kind]), rtol=1e-4, atol=1e-5)
    assert len(np.unique(together.round(4), axis=0)) == len(TEXTS[kind])


def test_a_changed_gene_embeds_one_gene(folders, tmp_path, monkeypatch):
    encoder = LanguageEncoder(folders["protein"], "protein")
    before = EmbeddingCache(tmp_path).embed(encoder, TEXTS["protein"])
    asked = []
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda sequences: asked.extend(sequences) or encode(sequences))
    changed = [*TEXTS["protein"][:-1], "MKV"]
    after = EmbeddingCache(tmp_path).embed(encoder, changed)
    assert asked == ["MKV"]
    assert np.array_equal(after[:-1], before[:-1])


def test_other_weights_are_another_revision_and_another_kind_is_refused(folders, tmp_path):
    learnt = learn("protein", pa.chunked_array([TEXTS["protein"]]), SIZES, {"max_steps": 3, "device": "cpu"}, 3, 1)
    save_language(tmp_path, learnt.language, "protein")
    assert LanguageEncoder(tmp_path, "protein").revision != LanguageEncoder(folders["protein"], "protein").revision
    with pytest.raises(KnockonError, match="of protein, not of codon"):
        LanguageEncoder(tmp_path, "codon")
    assert LanguageEncoder(tmp_path, "protein").encode([]).shape == (0, 32)
