"""Bins and thresholds: where the edges stand and that order holds by construction."""

import numpy as np
import pytest
import torch

from knockon.losses.bins import bin_centres, inner_edges
from knockon.losses.registry import build_loss


def test_equal_width_divides_the_range():
    assert inner_edges(np.array([0.0, 1.0, 10.0]), 5, "equal_width") == pytest.approx([2, 4, 6, 8])


def test_equal_frequency_divides_the_rows():
    values = np.random.default_rng(0).exponential(size=1000)
    edges = inner_edges(values, 4, "equal_frequency")
    assert np.bincount(np.searchsorted(edges, values)).tolist() == [250, 250, 250, 250]


def test_an_empty_bin_has_the_middle_of_its_edges():
    assert bin_centres(np.array([0.0, 1.0, 9.0, 10.0]), np.array([2.0, 8.0])) == pytest.approx([0.5, 5.0, 9.5])


def test_a_label_on_an_edge_belongs_below_it():
    """yᵢₖ = 1 if y > edge: the vectorised bins and the plain comparison agree, also on the edges themselves."""
    loss = build_loss("ordinal", ("a",), bins=4, binning="equal_width")
    loss.fit(np.array([0.0, 4.0]))
    values = torch.tensor([[-9.0], [1.0], [1.5], [2.0], [3.0], [3.1], [99.0]])
    assert loss.bin_of(values).squeeze(1).tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_repeated_labels_leave_bins_empty_but_work():
    """Nine tenths of the labels equal: several quantiles coincide; loss and decoding stay finite."""
    values = np.concatenate([np.zeros(90), np.arange(10.0)])
    for name in ("ordinal", "soft_label"):
        loss = build_loss(name, ("a",), bins=10)
        loss.fit(values)
        outputs = torch.zeros(100, 1, loss.outputs)
        target = torch.from_numpy(values)[:, None]
        assert torch.isfinite(loss(outputs, target, torch.ones_like(target, dtype=torch.bool)))
        assert torch.isfinite(loss.decode(outputs)).all()


def test_thresholds_increase_whatever_training_does():
    """Order by architecture: arbitrary parameters can't make p̂ rise with k."""
    loss = build_loss("ordinal", ("a", "b"), bins=9)
    generator = torch.Generator().manual_seed(0)
    for parameter in loss.parameters():
        parameter.data = 4 * torch.randn(parameter.shape, generator=generator)
    assert (loss.thresholds.diff(dim=1) > 0).all()


def test_thresholds_start_at_the_training_frequencies():
    loss = build_loss("ordinal", ("a",), bins=4)
    loss.fit(np.random.default_rng(1).normal(size=400))
    assert torch.sigmoid(-loss.thresholds)[0].tolist() == pytest.approx([0.75, 0.5, 0.25], abs=0.01)
    assert loss.decode(torch.zeros(1, 1, 1)).item() == pytest.approx(0, abs=0.1)


def test_two_bins_need_one_threshold():
    loss = build_loss("ordinal", ("a",), bins=2)
    loss.fit(np.arange(10.0))
    assert loss.thresholds.shape == (1, 1)
    assert loss.decode(torch.full((1, 1, 1), 30.0)).item() == pytest.approx(7.0)
