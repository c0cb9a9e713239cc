"""Every loss against its formula written as plain loops: values and gradients."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.losses.registry import LOSSES, build_loss
from tests.losses.conftest import HEADS

from . import brute_force

OPTIONS = {
    "mse": {},
    "huber": {"delta": 0.7},
    "soft_label": {"bins": 7, "width": 1.3},
    "ordinal": {"bins": 7, "binning": "equal_width"},
    "ordinal_entropy": {"diversity": 0.3, "tightness": 0.4},
}


def by_loops(loss, outputs, target, mask, features):
    if loss.name == "mse":
        return brute_force.squared_error(outputs, target, mask, loss.mean, loss.scale)
    if loss.name == "huber":
        return brute_force.huber(outputs, target, mask, loss.mean, loss.scale, loss.delta)
    if loss.name == "soft_label":
        return brute_force.soft_label(outputs, target, mask, loss.edges, loss.width)
    if loss.name == "ordinal":
        return brute_force.ordinal(outputs, target, mask, loss.edges, loss.thresholds)
    return brute_force.ordinal_entropy(
        outputs, target, mask, features, loss.mean, loss.scale, loss.diversity, loss.tightness
    )


def fitted(name, labels):
    loss = build_loss(name, HEADS, **OPTIONS[name]).double()
    loss.fit(labels)
    return loss


def random_outputs(loss, rows, seed=1):
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, len(HEADS), loss.outputs)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradients_equal_the_loops(name, labels, batch):
    target, mask, features = batch
    loss = fitted(name, labels)
    outputs = random_outputs(loss, len(target))
    wanted = [outputs, features, *loss.parameters()]
    fast, slow = loss(outputs, target, mask, features), by_loops(loss, outputs, target, mask, features)
    assert fast.item() == pytest.approx(slow.item(), rel=1e-10)
    gradients = torch.autograd.grad(fast, wanted, allow_unused=True)
    expected = torch.autograd.grad(slow, wanted, allow_unused=True)
    for one, other in zip(gradients, expected, strict=True):
        assert (one is None) == (other is None)
        assert one is None or torch.allclose(one, other, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_a_missing_label_adds_nothing(name, labels, batch):
    """The loss and its gradient don't see what stands under the mask, and rows without labels change nothing."""
    target, mask, features = batch
    loss = fitted(name, labels)
    outputs = random_outputs(loss, len(target))
    value = loss(outputs, target, mask, features)
    (gradient,) = torch.autograd.grad(value, outputs)
    other = torch.where(mask, target, torch.full_like(target, 1e30))
    longer = [torch.cat([tensor, tensor[:2] * 3]) for tensor in (outputs, other, features)]
    padded = loss(longer[0], longer[1], torch.cat([mask, torch.zeros_like(mask[:2])]), longer[2])
    assert padded.item() == pytest.approx(value.item(), rel=1e-12)
    assert torch.all(gradient[~mask] == 0)
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_without_labels_gives_zero_and_no_gradient(name, labels, batch):
    target, mask, features = batch
    loss = fitted(name, labels)
    outputs = random_outputs(loss, len(target))
    value = loss(outputs, target, torch.zeros_like(mask), features)
    (gradient,) = torch.autograd.grad(value, outputs)
    assert value.item() == 0
    assert torch.all(gradient == 0)


def test_a_weight_counts_a_label_that_many_times(labels, batch):
    """A mask of weights 2 and 1 equals the same rows written twice and once."""
    target, mask, _ = batch
    loss = fitted("mse", labels)
    outputs = random_outputs(loss, len(target))
    weights = mask.double()
    weights[:4] *= 2
    repeated = [torch.cat([tensor, tensor[:4]]) for tensor in (outputs, target, mask)]
    assert loss(outputs, target, weights).item() == pytest.approx(loss(*repeated).item(), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_decode_follows_the_outputs_in_the_labels_unit(name, labels):
    """Training alone on the labels themselves must decode to them, up to the width of a bin."""
    loss = fitted(name, labels)
    rows = labels[~np.isnan(labels).any(axis=1)][:30]
    target = torch.from_numpy(rows)
    outputs = random_outputs(loss, len(rows)).detach().requires_grad_()
    features = torch.zeros(len(rows), 3, dtype=torch.float64)
    optimizer = torch.optim.Adam([outputs, *loss.parameters()], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        loss(outputs, target, torch.ones_like(target, dtype=torch.bool), features).backward()
        optimizer.step()
    decoded = loss.decode(outputs).detach().numpy()
    for head in range(2):
        assert np.corrcoef(decoded[:, head], rows[:, head])[0, 1] > 0.9
        assert abs(decoded[:, head].mean() - rows[:, head].mean()) < 0.3 * rows[:, head].std()


@pytest.mark.parametrize("name", LOSSES)
def test_a_saved_loss_decodes_alike(name, labels):
    loss = fitted(name, labels)
    other = build_loss(name, HEADS, **OPTIONS[name]).double()
    other.load_state_dict(loss.state_dict())
    outputs = random_outputs(loss, 5)
    assert torch.equal(loss.decode(outputs), other.decode(outputs))


def test_normalisation_comes_from_the_rows_given_alone(labels):
    """Fitting is on training rows only: other rows must not be able to move it."""
    loss = fitted("mse", labels[:100])
    assert loss.mean[1].item() == pytest.approx(np.nanmean(labels[:100, 1]))
    assert loss.scale[0].item() == pytest.approx(np.nanstd(labels[:100, 0]))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("l1", {}, "unknown loss 'l1'"),
        ("mse", {"bins": 3}, "no option bins"),
        ("ordinal", {"bins": 1}, "2 or more"),
        ("soft_label", {"binning": "kmeans"}, "equal_width or equal_frequency"),
        ("soft_label", {"width": 0.0}, "above 0"),
        ("huber", {"delta": -1.0}, "above 0"),
        ("ordinal_entropy", {"diversity": -0.1}, "not be negative"),
    ],
)
def test_wrong_settings_are_named(name, options, message):
    with pytest.raises(KnockonError, match=message):
        build_loss(name, HEADS, **options)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([np.nan] * 4, "'fitness' has no label among 4"),
        ([1.0] * 4, "'fitness' are 1.0"),
        ([1.0, np.inf, 2.0, 3.0], "infinite"),
    ],
)
@pytest.mark.parametrize("name", LOSSES)
def test_labels_that_teach_nothing_are_refused(name, column, message):
    loss = build_loss(name, HEADS)
    with pytest.raises(KnockonError, match=message):
        loss.fit(np.stack([np.arange(4.0), np.array(column)], axis=1))


def test_the_wrong_number_of_heads_is_refused():
    with pytest.raises(KnockonError, match="1 columns of labels for 2 heads"):
        build_loss("mse", HEADS).fit(np.arange(4.0))


def test_ordinal_entropy_without_features_says_so(labels, batch):
    target, mask, _ = batch
    loss = fitted("ordinal_entropy", labels)
    with pytest.raises(ValueError, match="features"):
        loss(random_outputs(loss, len(target)), target, mask)
