"""A language that is learnt: better than counting where tokens hang on far ones; kept, read, and gone on with."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from knockon.errors import FormatError, KnockonError
from knockon.models.language.learning import learn, load_language, save_language
from knockon.models.language.masked import LanguageSizes

SIZES = LanguageSizes(width=32, layers=2, dropout=0.0, longest=24)
TRAINING = {"epochs": 14, "batch_size": 64, "learning_rate": 0.005, "device": "cpu", "log_steps": 10}


def mirrored(count=1200):
    """Palindromes of random residues: a token is told by the one at the mirrored place, and by no neighbour."""
    random = np.random.default_rng(0)
    halves = random.choice(list("ACDEFG"), (count, 8))
    return pa.chunked_array([sorted({"".join(half) + "".join(half[::-1]) for half in halves})])


@pytest.fixture(scope="module")
def learnt():
    torch.set_num_threads(1)
    return learn("protein", mirrored(), SIZES, TRAINING, every=10, seed=1)


def test_what_neighbours_do_not_tell_is_learnt(learnt):
    masked, bigram, unigram = (learnt.scores[name]["nats"] for name in ("masked", "bigram", "unigram"))
    assert unigram == pytest.approx(np.log(6), abs=0.05)
    assert bigram == pytest.approx(unigram, abs=0.3)
    assert masked < 0.75 * bigram
    assert learnt.rows["validation"] > 50


def test_a_kept_language_gives_the_same_states(learnt, tmp_path):
    save_language(tmp_path, learnt.language, "protein")
    read = load_language(tmp_path, "protein")
    tokens = torch.randint(2, 10, (3, 12))
    learnt.language.module.eval()
    assert torch.equal(read.module.encoder.states(tokens), learnt.language.module.encoder.states(tokens))
    assert read.vocabulary.tokens == learnt.language.vocabulary.tokens
    with pytest.raises(KnockonError, match="of protein, not of smiles"):
        load_language(tmp_path, "smiles")
    (tmp_path / "language.safetensors").write_bytes(b"no weights")
    with pytest.raises(FormatError, match="not a readable model file"):
        load_language(tmp_path, "protein")


def test_equal_seeds_give_equal_weights():
    few = mirrored(120)
    short = TRAINING | {"epochs": 1}
    first, second = (learn("protein", few, SIZES, short, every=5, seed=3) for _ in range(2))
    assert first.scores == second.scores


@pytest.mark.parametrize(("kind", "message"), [("words", "no kind 'words'"), ("protein", "too few to keep one")])
def test_what_cannot_be_learnt_is_said(kind, message):
    with pytest.raises(KnockonError, match=message):
        learn(kind, mirrored(3), SIZES, TRAINING, every=1000, seed=1)
