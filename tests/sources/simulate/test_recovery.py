"""What was planted can be found again, and only because it was planted: shuffled labels give nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.epistasis import rectangle
from knockon.sources.simulate.strains import DELETION
from knockon.sources.simulate.world import World, make_world

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def measured() -> tuple[World, NDArray[np.int64], Floats, Floats]:
    """A world, its deletions, their symmetric measured ε with the published noise, and the true ε."""
    world = make_world(SimulationSettings(genes=500, seed=11))
    chosen = np.flatnonzero(world.alleles.kind == DELETION)
    true = rectangle(world.planted, world.alleles, chosen, chosen, 1).true(0, len(chosen))
    noise = 0.04 / np.sqrt(2) * np.random.default_rng(0).standard_normal(true.shape)
    noise = np.triu(noise, 1)
    return world, chosen, true + noise + noise.T, true


def _additive(matrix: Floats) -> Floats:
    """Gene effects: row means of the symmetric matrix without its diagonal."""
    off = matrix - np.diag(np.diag(matrix))
    return off.sum(axis=1) / (len(matrix) - 1)


def _factors(matrix: Floats, rank: int) -> Floats:
    """Gene profiles: leading eigenvectors of the additive residual, scaled."""
    effect = _additive(matrix)
    residual = matrix - effect[:, None] - effect[None, :] + effect.mean()
    np.fill_diagonal(residual, 0)
    values, vectors = np.linalg.eigh(residual)
    leading = np.argsort(-np.abs(values))[:rank]
    return vectors[:, leading] * np.sqrt(np.abs(values[leading]))


def _shuffled(matrix: Floats) -> Floats:
    """The same values on the wrong pairs."""
    first, second = np.triu_indices(len(matrix), 1)
    shuffled = np.zeros_like(matrix)
    shuffled[first, second] = np.random.default_rng(1).permutation(matrix[first, second])
    return shuffled + shuffled.T


def _module_score(world: World, chosen: NDArray[np.int64], matrix: Floats) -> float:
    """How much likelier than chance the most alike profile belongs to a gene of the same process."""
    profiles = _factors(matrix, 12)
    profiles = profiles / (np.linalg.norm(profiles, axis=1, keepdims=True) + 1e-9)
    alike = profiles @ profiles.T
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argsort(-alike, axis=1)[:, :5]
    process = world.planted.process[world.alleles.gene[chosen]]
    same = process[nearest] == process[:, None]
    chance = (process[:, None] == process[None, :]).mean()
    return float(same.mean() / chance)


def test_gene_effects_are_recoverable_and_shuffling_destroys_them(measured):
    _, _, noisy, true = measured
    truth = _additive(true)
    assert np.corrcoef(_additive(noisy), truth)[0, 1] > 0.9
    assert abs(np.corrcoef(_additive(_shuffled(noisy)), truth)[0, 1]) < 0.15


def test_a_factor_model_finds_the_processes_and_shuffling_destroys_them(measured):
    world, chosen, noisy, true = measured
    assert _module_score(world, chosen, true) > 3
    assert _module_score(world, chosen, noisy) > 2
    assert _module_score(world, chosen, _shuffled(noisy)) < 1.3


def test_pairs_of_one_module_interact_more_strongly(measured):
    """Planted module partners stand out of the noise; with shuffled modules they do not."""
    world, chosen, noisy, _ = measured
    genes = world.alleles.gene[chosen]
    first, second = np.triu_indices(len(chosen), 1)
    strength = np.abs(noisy[first, second])
    for shuffle in (False, True):
        module = world.planted.member_module[np.searchsorted(world.planted.member_gene, genes)]
        if shuffle:
            module = np.random.default_rng(2).permutation(module)
        same = module[first] == module[second]
        ratio = strength[same].mean() / strength[~same].mean()
        assert ratio < 1.1 if shuffle else ratio > 1.4


def test_interactions_of_hidden_genes_follow_from_their_planted_process(measured):
    """Genes never seen in training: the mean of their process pair predicts ε, that of a shuffled process does not."""
    world, chosen, noisy, true = measured
    hidden = np.random.default_rng(3).random(len(chosen)) < 0.2
    seen, unseen = np.ix_(~hidden, ~hidden), np.ix_(hidden, ~hidden)
    scores = []
    for shuffle in (False, True):
        process = world.planted.process[world.alleles.gene[chosen]]
        if shuffle:
            process = np.random.default_rng(4).permutation(process)
        one_hot = np.eye(process.max() + 1)[process]
        total = one_hot[~hidden].T @ noisy[seen] @ one_hot[~hidden]
        count = one_hot[~hidden].sum(axis=0)
        mean = total / np.maximum(np.outer(count, count), 1)
        predicted = one_hot[hidden] @ mean @ one_hot[~hidden].T
        scores.append(np.corrcoef(predicted.ravel(), true[unseen].ravel())[0, 1])
    assert scores[0] > 0.25
    assert abs(scores[1]) < 0.1
