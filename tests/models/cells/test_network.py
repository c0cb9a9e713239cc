"""The network: the published size to the last parameter, PCA where training begins, masks in training alone."""

from pathlib import Path

import torch
import yaml

from knockon.models.cells.network import Autoencoder, LinearSkip, ScoredAutoencoder

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = 1_179_408_383


def test_the_published_size_has_the_published_number_of_parameters():
    section = yaml.safe_load((ROOT / "configs" / "cellstate_published.yaml").read_text())["cellstate"]
    widths = section["models"]["autoencoder"]["settings"]["widths"]
    with torch.device("meta"):
        network = Autoencoder(19_383, widths)
    assert sum(parameter.numel() for parameter in network.parameters()) == PUBLISHED
    assert all(parameter.is_meta for parameter in network.parameters())


def axes():
    return torch.linalg.qr(torch.randn(12, 3, generator=torch.Generator().manual_seed(1)))[0].T


def test_a_linear_skip_begins_as_its_components():
    torch.manual_seed(1)
    network, levels = LinearSkip(axes(), (8,)), torch.randn(5, 12)
    projected = levels @ axes().T @ axes()
    torch.testing.assert_close(network(levels), projected)
    for part in (network.encoder, network.decoder):
        torch.nn.init.normal_(part[-1].weight)
    assert not torch.allclose(network(levels), projected)
    network.gain.fill_(0)
    torch.testing.assert_close(network(levels), projected)


def test_missing_values_cost_nothing():
    torch.manual_seed(1)
    scorer = ScoredAutoencoder(Autoencoder(12, (6, 2))).eval()
    mask = (torch.rand(5, 12) > 0.3).float()
    target = torch.randn(5, 12) * mask
    loss, count = scorer({"target": target, "mask": mask})
    sums = scorer.predict({"target": target, "mask": mask})
    assert count == mask.sum() == sums[:, 1].sum()
    torch.testing.assert_close(loss, sums[:, 0].sum() / count)


def test_genes_are_masked_in_training_alone():
    torch.manual_seed(1)
    scorer = ScoredAutoencoder(Autoencoder(12, (6, 2)), masked=0.5)
    batch = {"target": torch.randn(5, 12), "mask": torch.ones(5, 12)}
    assert scorer(batch)[0] != scorer(batch)[0]
    scorer.eval()
    assert scorer(batch)[0] == scorer(batch)[0]
