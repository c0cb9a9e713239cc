"""The task of networks that predict labels: masks, weights, auxiliary guesses, and a verdict in the label's unit."""

import numpy as np
import pytest
import torch
from torch import nn

from knockon.dataset.genotypes import Genotypes
from knockon.losses.registry import LOSSES, build_loss
from knockon.models.networks.batches import StrainBatches, gene_names, seeded
from knockon.models.supervised import Labelled, NetworkOutput, ScoredNetwork, Scorer, SupervisedTask
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings

GENES = tuple(f"Y{number:02d}" for number in range(20))


class SumOfGenes(nn.Module):
    """Each gene has a vector; a strain is the sum of its genes' vectors."""

    def __init__(self, outputs: int, heads: int) -> None:
        super().__init__()
        self.vectors = nn.EmbeddingBag(len(GENES), 8, mode="sum", include_last_offset=True)
        self.head = nn.Linear(8, outputs * heads)
        self.shape = (heads, outputs)

    def forward(self, batch):
        features = self.vectors(batch["indices"], batch["indptr"])
        outputs = self.head(features).unflatten(1, self.shape)
        return NetworkOutput(outputs, features, torch.stack([outputs * 0.5, outputs * 2], dim=1))


def labelled(rows: int, seed: int, heads: int = 1) -> Labelled:
    """Pairs with planted additive effects; the second head, twice the first, is missing for half of the rows."""
    generator = np.random.default_rng(seed)
    effects = np.random.default_rng(9).normal(size=len(GENES))
    pairs = np.stack([generator.choice(len(GENES), 2, replace=False) for _ in range(rows)])
    values = np.repeat((3 + effects[pairs].sum(1))[:, None], heads, axis=1) * np.arange(1, heads + 1)
    if heads == 2:
        values[::2, 1] = np.nan
    genotypes = Genotypes(GENES, np.arange(rows + 1) * 2, pairs.astype(np.int32).ravel())
    return Labelled(StrainBatches(genotypes), values, np.ones(rows), gene_names(genotypes))


def task_for(name, heads=1, auxiliary_weight=0.0, rows=300):
    names = ("interaction", "fitness")[:heads]
    loss = build_loss(name, names)
    data = labelled(rows, 0, heads)
    loss.fit(data.values)
    with seeded(0):
        network = SumOfGenes(loss.outputs, heads)
    return SupervisedTask(
        ScoredNetwork(network, loss, auxiliary_weight), data, labelled(80, 1, heads), {"model": "sum"}
    )


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_trains_to_near_the_squared_error(name, tmp_path):
    """The truth is additive and known: r on new strains within 0.05 of what mean squared error reaches, which is 1."""
    settings = TrainingSettings(epochs=15, batch_size=32, learning_rate=0.1, device="cpu", checkpoint_steps=1000)
    task = task_for(name)
    train(task, settings, tmp_path)
    task.module.eval()
    with torch.no_grad():
        outputs = task.predict(task.batch("validation", np.arange(80)))
    assert task.metrics(outputs)["pearson"] > 0.95


def test_two_heads_with_missing_labels_train_together(tmp_path):
    settings = TrainingSettings(epochs=15, batch_size=32, learning_rate=0.1, device="cpu", checkpoint_steps=1000)
    task = task_for("mse", heads=2)
    train(task, settings, tmp_path)
    task.module.eval()
    with torch.no_grad():
        outputs = task.predict(task.batch("validation", np.arange(80))).numpy()
    values = task.splits["validation"].values
    known = ~np.isnan(values[:, 1])
    assert np.corrcoef(outputs[known, 1], values[known, 1])[0, 1] > 0.99
    assert abs(outputs[:, 1].mean() / outputs[:, 0].mean() - 2) < 0.1


@pytest.mark.parametrize("name", ["mse", "ordinal", "soft_label"])
def test_auxiliary_guesses_add_their_own_losses(name):
    """α Σ_t L(guess_t), each term's loss a mean over the labels present."""
    task = task_for(name, heads=2, auxiliary_weight=0.3)
    batch = task.batch("train", np.arange(30))
    module = task.module
    found = module.network(batch)
    by_hand = module.loss(found.outputs, batch["target"], batch["mask"])
    for term in range(2):
        by_hand = by_hand + 0.3 * module.loss(found.auxiliary[:, term], batch["target"], batch["mask"])
    loss, count = module(batch)
    assert loss.item() == pytest.approx(by_hand.item(), rel=1e-5)
    assert count.item() == 45


def test_a_row_counts_by_its_weight():
    task = task_for("mse")
    task.splits["train"].weights[:5] = 3.0
    assert task.batch("train", np.arange(10))["mask"].sum().item() == 20


def test_rows_are_named_by_their_genes():
    task = task_for("mse")
    genotypes = task.splits["train"].inputs.genotypes
    first, second = genotypes.take(np.array([255])).pairs()[0]
    assert task.keys("train", np.array([0, 255]))[1] == f"{GENES[first]};{GENES[second]}"


class Constant(Scorer):
    """A likelihood of its own: it brings no loss of losses/."""

    def __init__(self):
        super().__init__()
        self.level = nn.Parameter(torch.tensor(0.0))

    def forward(self, batch):
        return (self.level - batch["target"]).square().mean(), batch["mask"].sum()

    def predict(self, batch):
        return self.level * torch.ones_like(batch["target"])


def test_another_scorer_is_trained_by_its_own_metrics(tmp_path):
    settings = TrainingSettings(
        epochs=40, batch_size=32, learning_rate=0.3, device="cpu", monitor="validation_bias", weight_decay=0.0
    )
    held = labelled(80, 1)

    def bias(values, predicted):
        return {"bias": float(abs((values - predicted).mean()))}

    task = SupervisedTask(Constant(), labelled(300, 0), held, {"model": "constant"}, bias)
    assert train(task, settings, tmp_path).finished
    assert task.module.level.item() == pytest.approx(held.values.mean(), abs=0.2)
    with pytest.raises(AssertionError, match="its own metrics"):
        SupervisedTask(Constant(), held, held, {})


def test_metrics_of_constant_predictions():
    """Pearson is undefined; the squared error of the mean is the spread, 1 in its own unit."""
    task = task_for("mse", rows=2000)
    constant = torch.full((80, 1), float(task.module.loss.mean))
    metrics = task.metrics(constant)
    assert np.isnan(metrics["pearson"])
    assert metrics["loss"] == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("name", LOSSES)
def test_labels_keep_float32_where_the_network_runs_in_bfloat16(name):
    """Under autocast the outputs are bfloat16; labels, edges, distances and decoded values must not become so.

    A loss of outputs that bfloat16 holds exactly is then the float32 loss, digit for digit, though no two labels differ
    by as much as bfloat16's step; and what is decoded has more than bfloat16's 8 bits.
    """
    generator = np.random.default_rng(2)
    values = 1 + 0.01 * generator.normal(size=(200, 1))
    loss = build_loss(name, ("fitness",))
    loss.fit(values)

    class Fixed(nn.Module):
        """Outputs and features that bfloat16 holds."""

        def forward(self, batch):
            kind = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
            return NetworkOutput(*(batch[part].to(kind) for part in ("outputs", "features")))

    scored = ScoredNetwork(Fixed(), loss)
    batch = {
        "outputs": torch.from_numpy(generator.normal(size=(200, 1, loss.outputs))).bfloat16().float(),
        "features": torch.from_numpy(generator.normal(size=(200, 4))).bfloat16().float(),
        "target": torch.from_numpy(values).float(),
        "mask": torch.ones(200, 1),
    }
    expected, decoded = scored(batch)[0], scored.predict(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found, guessed = scored(batch)[0], scored.predict(batch)
    assert found.dtype == guessed.dtype == torch.float32
    assert torch.equal(found, expected)
    assert torch.equal(guessed, decoded)
    assert len(torch.unique(batch["target"].bfloat16())) < 20 < len(torch.unique(guessed))
