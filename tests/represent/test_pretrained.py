"""Each published model from a local folder, tiny and random: what comes out is what `transformers` itself gives."""

import shutil

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.pretrained import PretrainedEncoder
from knockon.represent.token_forms import FORMS
from tests.represent.tiny_models import save_tiny

RANDOM = np.random.default_rng(1)
LETTERS = {"esm2": "ACDEFGHIKLMNPQRSTVWY", "prot_t5": "ACDEFGHIKLMNPQRSTVWY", "calm": "ACGT", "nt": "ACGT"}
SPACED = {"esm2": lambda text: text, "nt": lambda text: text, "prot_t5": " ".join}
SPACED["calm"] = lambda text: " ".join(
    text.replace("T", "U")[start : start + 3] for start in range(0, len(text), 3)
)  # fmt: skip


def sequences(family, *lengths):
    """Random ones; a length counts letters, and is a multiple of three where codons are read."""
    unit = 3 if family == "calm" else 1
    return ["".join(RANDOM.choice(list(LETTERS[family]), unit * length)) for length in lengths]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {family: save_tiny(tmp_path_factory.mktemp(family), family) for family in FORMS}


@pytest.fixture(scope="module")
def encoders(folders):
    return {family: PretrainedEncoder(family, folder) for family, folder in folders.items()}


@pytest.mark.parametrize("family", FORMS)
def test_a_vector_is_the_mean_of_the_librarys_own_states(family, folders, encoders):
    from transformers import AutoTokenizer, EsmModel, T5EncoderModel

    loader, options = (T5EncoderModel, {}) if family == "prot_t5" else (EsmModel, {"add_pooling_layer": False})
    model = loader.from_pretrained(folders[family], **options).eval()
    tokenizer = AutoTokenizer.from_pretrained(folders[family])
    (sequence,) = sequences(family, 47)
    given = tokenizer(SPACED[family](sequence), return_tensors="pt")
    with torch.no_grad():
        states = model(**{name: given[name] for name in ("input_ids", "attention_mask")}).last_hidden_state[0]
    first, last = (int(end is not None) for end in (FORMS[family].first, FORMS[family].last))
    expected = states[first : len(states) - last].mean(dim=0)
    found = encoders[family].encode([sequence])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", FORMS)
def test_neither_the_batch_nor_its_padding_changes_a_vector(family, encoders):
    few = sequences(family, 40, 7, 90, 40, 13)
    together = encoders[family].encode(few)
    alone = np.concatenate([encoders[family].encode([sequence]) for sequence in few])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)
    assert np.abs(together[0] - together[3]).max() > 1e-3, "two sequences of one length differ"


@pytest.mark.parametrize("family", FORMS)
def test_a_sequence_of_many_windows_is_read_to_its_end(family, folders):
    short = PretrainedEncoder(family, folders[family], longest=16)
    (sequence,) = sequences(family, 300)
    found = short.encode([sequence, sequence[:-6]])
    assert np.isfinite(found).all()
    assert np.abs(found[0] - found[1]).max() > 1e-5, "the last tokens count"
    assert short.revision != PretrainedEncoder(family, folders[family]).revision, "other windows, other vectors"


def test_more_bases_than_the_table_of_positions_holds(folders, encoders):
    """999 tokens of six bases and the start are 1,000, all that a table of 1,002 positions holds."""
    whole, longer = sequences("nt", 6 * 999, 6 * 1500)
    assert np.isfinite(encoders["nt"].encode([whole, longer])).all()


def test_two_loadings_give_equal_vectors(folders, encoders):
    """A pooler drawn at random at each loading would not."""
    few = sequences("esm2", 30, 31)
    again = PretrainedEncoder("esm2", folders["esm2"])
    assert np.array_equal(again.encode(few), encoders["esm2"].encode(few))
    assert again.revision == encoders["esm2"].revision
    assert again.name == f"esm2 {folders['esm2'].rsplit('/', 1)[1]}"


def test_other_weights_have_another_revision(encoders, tmp_path):
    assert PretrainedEncoder("esm2", save_tiny(tmp_path, "esm2", seed=1)).revision != encoders["esm2"].revision


@pytest.mark.parametrize("family", ["esm2", "prot_t5"])
def test_weights_kept_in_half_are_computed_with_in_float32(family, tmp_path):
    encoder = PretrainedEncoder(family, save_tiny(tmp_path, family, dtype=torch.bfloat16))
    assert {parameter.dtype for parameter in encoder._model.parameters()} == {torch.float32}
    assert encoder.encode(sequences(family, 9)).shape == (1, 16)


@pytest.mark.parametrize("family", ["esm2", "prot_t5", "calm"])
def test_a_published_vocabulary_need_not_lie_beside_the_weights(family, encoders, tmp_path):
    few = sequences(family, 12, 20)
    bare = PretrainedEncoder(family, save_tiny(tmp_path, family, tokenizer=False))
    assert np.array_equal(bare.encode(few), encoders[family].encode(few))


def test_absent_weights_are_said_and_nothing_is_downloaded(tmp_path):
    for model in (str(tmp_path / "nowhere"), "someone/esm2_of_no_size", str(tmp_path)):
        with pytest.raises(AbsentWeightsError, match=r"no weights of esm2: .* the hub was not asked") as caught:
            PretrainedEncoder("esm2", model)
        assert "\n" not in str(caught.value)


def test_weights_that_would_be_drawn_at_random_are_refused(folders, tmp_path):
    with pytest.raises(KnockonError, match=r"no weights of prot_t5: \d+ arrays are missing"):
        PretrainedEncoder("prot_t5", folders["esm2"])
    shutil.copytree(folders["esm2"], tmp_path / "damaged")
    (tmp_path / "damaged" / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(KnockonError, match="the weights of esm2 can't be read"):
        PretrainedEncoder("esm2", str(tmp_path / "damaged"))


def test_a_vocabulary_that_does_not_belong_to_the_weights_is_refused(tmp_path):
    with pytest.raises(KnockonError, match=r"token \d+ of its vocabulary has no vector; the model has 20"):
        PretrainedEncoder("esm2", save_tiny(tmp_path / "few", "esm2", vocab_size=20, mask_token_id=19))
    with pytest.raises(KnockonError, match="no vocabulary that can be read: it lacks"):
        PretrainedEncoder("calm", save_tiny(tmp_path / "esm2", "esm2"))
    with pytest.raises(KnockonError, match="no vocabulary that can be read"):
        PretrainedEncoder("nt", save_tiny(tmp_path / "none", "nt", tokenizer=False))


def test_a_sequence_without_a_token_is_said(encoders):
    with pytest.raises(KnockonError, match="1 of 2 sequences are shorter than one token"):
        encoders["calm"].encode(["ATGTTT", "AT"])
    assert encoders["calm"].encode([]).shape == (0, 16)
