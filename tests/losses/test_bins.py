"""Bins: where the edges stand, and which label belongs to which bin."""

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
