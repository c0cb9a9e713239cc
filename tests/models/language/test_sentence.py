"""Tuning on pairs: a planted likeness that one direction of the vectors hides is found, and nothing else is."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.language.learning import Language
from knockon.models.language.masked import LanguageSizes, MaskedLanguageModel
from knockon.models.language.sentence import (
    PairLoss,
    Side,
    Standardise,
    Vectors,
    head_on,
    stretches,
    tune,
    vectors_of,
)
from knockon.models.tokens import Vocabulary

TRAINING = {
    "max_steps": 120, "batch_size": 32, "learning_rate": 0.02, "weight_decay": 0.0, "warmup_steps": 5,
    "validation_steps": 20, "log_steps": 20, "precision": "float32", "device": "cpu",
}  # fmt: skip


def labels_of(values):
    """Near in `values` is alike; nobody meets himself."""
    found = np.exp(-((values[:, None] - values) ** 2))
    np.fill_diagonal(found, np.nan)
    return found


def planted(count, seed, noise=8):
    """Vectors whose first two numbers say all, and `noise` that say nothing."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, np.pi, count)
    rows = np.column_stack([np.cos(angle), np.sin(angle), random.normal(size=(count, noise))]).astype(np.float32)
    return Side(Vectors(rows), np.arange(count), labels_of(angle))


def correlation(encoder, side):
    vectors = vectors_of(encoder, side)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pair = np.triu_indices(len(unit), 1)
    return np.corrcoef((unit @ unit.T)[pair], side.labels[pair])[0, 1]


def test_a_head_begins_as_the_frozen_vectors():
    side = planted(30, 0)
    encoder = head_on(side.rows.rows)
    np.testing.assert_allclose(
        vectors_of(encoder, side), Standardise(side.rows.rows)(torch.from_numpy(side.rows.rows)), rtol=1e-5
    )


def test_a_head_finds_the_planted_direction():
    train, validation, test = (planted(count, seed) for seed, count in enumerate((120, 40, 40)))
    encoder = head_on(train.rows.rows)
    before = correlation(encoder, test)
    history = tune(encoder, train, validation, TRAINING, 1, None)
    assert correlation(encoder, test) > before + 0.2
    assert max(line["validation_spearman"] for line in history if "validation_spearman" in line) > 0.5


def test_equal_seeds_give_equal_weights():
    train, validation = planted(40, 0), planted(20, 1)
    found = []
    for _ in range(2):
        encoder = head_on(train.rows.rows)
        tune(encoder, train, validation, {**TRAINING, "max_steps": 10}, 3, None)
        found.append(encoder[1].weight.detach().numpy())
    assert np.array_equal(*found)
    assert np.abs(found[0] - np.eye(10)).max() > 0, "it was tuned"


def test_pairs_without_a_label_teach_nothing():
    side = planted(4, 0)
    module = PairLoss(head_on(side.rows.rows))
    batch = {"rows": torch.from_numpy(side.rows.rows), "label": torch.full((4, 4), float("nan"))}
    loss, count = module(batch)
    loss.backward()
    assert (float(loss.detach()), int(count)) == (0.0, 0)
    assert all((parameter.grad == 0).all() for parameter in module.parameters())


def test_the_loss_is_that_of_cosent():
    """log(1 + Σ exp(20 (cos of a pair − cos of another one)) over pairs of pairs of which the other ranks higher)."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(3, 4)).astype(np.float32)
    labels = np.array([[np.nan, 0.9, 0.1], [0.9, np.nan, 0.5], [0.1, 0.5, np.nan]], dtype=np.float32)
    encoder = torch.nn.Identity()
    loss, count = PairLoss(encoder)({"rows": torch.from_numpy(rows), "label": torch.from_numpy(labels)})
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [(0, 1), (0, 2), (1, 2)]
    cosine, label = [unit[a] @ unit[b] for a, b in pairs], [labels[pair] for pair in pairs]
    terms = [np.exp(20 * (cosine[i] - cosine[j])) for i in range(3) for j in range(3) if label[i] < label[j]]
    assert int(count) == 3
    assert float(loss) == pytest.approx(np.log(1 + sum(terms)), rel=1e-4)


def test_no_labels_at_all_are_an_error():
    side = planted(4, 0)
    empty = side._replace(labels=np.full((4, 4), np.nan))
    with pytest.raises(KnockonError, match=r"affinity\.sentence\.least"):
        tune(head_on(side.rows.rows), empty, side, TRAINING, 1, None)


@pytest.fixture(scope="module")
def language():
    torch.manual_seed(0)
    sizes = LanguageSizes(32, 1, 0.0, 16)
    vocabulary = Vocabulary.of_proteins()
    return Language(MaskedLanguageModel(len(vocabulary), sizes).eval(), vocabulary, sizes)


def test_a_long_protein_is_read_in_stretches_to_its_end(language):
    texts = ["MKTAYIAKQR" * 5, "MKTAYIAKQR" * 4 + "MKTAYIWWWW", "MKT"]
    rows, protein = stretches(language, texts)
    side = Side(rows, protein, np.full((3, 3), np.nan))
    assert np.bincount(protein).tolist() == [4, 4, 1]
    found = vectors_of(language.module.encoder, side)
    assert np.abs(found[0] - found[1]).max() > 1e-4
    alone = language.module.encoder(torch.from_numpy(language.vocabulary.numbers(list("MKT"))[None]))
    np.testing.assert_allclose(found[2], alone[0].detach(), rtol=1e-4, atol=1e-6)


def test_a_language_model_is_tuned_as_a_whole(language):
    random = np.random.default_rng(0)
    share = random.random(24)
    texts = ["".join(random.choice(list("AW"), 24, p=[each, 1 - each])) for each in share]
    rows, protein = stretches(language, texts)
    side = Side(rows, protein, labels_of(3 * share))
    encoder = torch.nn.Sequential(language.module.encoder, Standardise(vectors_of(language.module.encoder, side)))
    before = encoder[0].embedding.weight.detach().clone()
    tune(encoder, side, side, {**TRAINING, "max_steps": 6, "batch_size": 16, "learning_rate": 0.001}, 1, None)
    assert (encoder[0].embedding.weight != before).any()
