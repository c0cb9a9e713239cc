"""ESM-2 from a local folder: a tiny one with random weights goes the way that real weights go."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.represent.cache import EmbeddingCache
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.esm import EsmEncoder
from knockon.represent.protein_tokens import ESM_TOKENS


def save_tiny(folder, vocabulary):
    from transformers import EsmConfig, EsmModel

    torch.manual_seed(0)
    config = EsmConfig(
        vocab_size=vocabulary,
        mask_token_id=32,
        pad_token_id=1,
        hidden_size=12,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        position_embedding_type="rotary",
        token_dropout=False,
    )
    EsmModel(config, add_pooling_layer=False).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("esm"), len(ESM_TOKENS))


def test_a_local_folder_embeds_and_padding_changes_nothing(tiny, tmp_path):
    encoder = EsmEncoder(tiny)
    together = encoder.encode(["SKGE", "MKTAYIAKQR"])
    assert together.shape == (2, 12)
    np.testing.assert_allclose(together[0], encoder.encode(["SKGE"])[0], rtol=1e-4, atol=1e-6)
    assert not np.allclose(together[0], together[1])
    cached = EmbeddingCache(tmp_path).embed(encoder, ["SKGE"])
    np.testing.assert_allclose(cached[0], together[0], rtol=1e-4, atol=1e-6)


def test_other_weights_have_another_revision(tiny, tmp_path):
    from transformers import EsmModel

    model = EsmModel.from_pretrained(tiny, add_pooling_layer=False)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight[5] += 1
    model.save_pretrained(tmp_path)
    assert EsmEncoder(str(tmp_path)).revision != EsmEncoder(tiny).revision


def test_absent_weights_are_said_and_nothing_is_downloaded(tmp_path):
    with pytest.raises(AbsentWeightsError, match="no ESM-2 weights for"):
        EsmEncoder(str(tmp_path / "nowhere"))
    with pytest.raises(AbsentWeightsError, match=r"gfp\.embed\.esm2\.download"):
        EsmEncoder("facebook/esm2_of_no_size")


def test_a_model_of_another_vocabulary_is_refused(tmp_path):
    with pytest.raises(KnockonError, match="a vocabulary of 40 tokens"):
        EsmEncoder(save_tiny(tmp_path, vocabulary=40))
