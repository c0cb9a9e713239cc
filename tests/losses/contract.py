"""What every loss must keep; the test file of each loss says which one, and gives its formula as plain loops."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.losses.loss import Loss
from knockon.losses.registry import build_loss
from tests.losses.conftest import HEADS


def fitted(name: str, labels: np.ndarray, **options: Any) -> Loss:
    """A loss in float64 that knows the labels' scale."""
    loss = build_loss(name, HEADS, **options).double()
    loss.fit(labels)
    return loss


def random_outputs(loss: Loss, rows: int, seed: int = 1) -> torch.Tensor:
    """What a network might give, shape (rows, heads, outputs), with gradients."""
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, len(HEADS), loss.outputs)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


class LossContract(ABC):
    """Tests that each loss inherits."""

    name: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}

    @abstractmethod
    def by_loops(self, loss, outputs, target, mask, features):
        """The loss by its formula, in plain loops."""

    def fitted(self, labels):
        return fitted(self.name, labels, **self.options)

    def test_value_and_gradients_equal_the_loops(self, labels, batch):
        target, mask, features = batch
        loss = self.fitted(labels)
        outputs = random_outputs(loss, len(target))
        wanted = [outputs, features, *loss.parameters()]
        fast, slow = loss(outputs, target, mask, features), self.by_loops(loss, outputs, target, mask, features)
        assert fast.item() == pytest.approx(slow.item(), rel=1e-10)
        gradients = torch.autograd.grad(fast, wanted, allow_unused=True)
        expected = torch.autograd.grad(slow, wanted, allow_unused=True)
        for one, other in zip(gradients, expected, strict=True):
            assert (one is None) == (other is None)
            assert one is None or torch.allclose(one, other, rtol=1e-8, atol=1e-12)

    def test_a_missing_label_adds_nothing(self, labels, batch):
        """The loss and its gradient don't see what stands under the mask, and rows without labels change nothing."""
        target, mask, features = batch
        loss = self.fitted(labels)
        outputs = random_outputs(loss, len(target))
        value = loss(outputs, target, mask, features)
        (gradient,) = torch.autograd.grad(value, outputs)
        other = torch.where(mask, target, torch.full_like(target, 1e30))
        longer = [torch.cat([tensor, tensor[:2] * 3]) for tensor in (outputs, other, features)]
        padded = loss(longer[0], longer[1], torch.cat([mask, torch.zeros_like(mask[:2])]), longer[2])
        assert padded.item() == pytest.approx(value.item(), rel=1e-12)
        assert torch.all(gradient[~mask] == 0)
        assert torch.isfinite(gradient).all()

    def test_a_batch_without_labels_gives_zero_and_no_gradient(self, labels, batch):
        target, mask, features = batch
        loss = self.fitted(labels)
        outputs = random_outputs(loss, len(target))
        value = loss(outputs, target, torch.zeros_like(mask), features)
        (gradient,) = torch.autograd.grad(value, outputs)
        assert value.item() == 0
        assert torch.all(gradient == 0)

    def test_decode_follows_the_outputs_in_the_labels_unit(self, labels):
        """Training alone on the labels themselves must decode to them, up to the width of a bin."""
        loss = self.fitted(labels)
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

    def test_a_saved_loss_decodes_alike(self, labels):
        loss = self.fitted(labels)
        other = build_loss(self.name, HEADS, **self.options).double()
        other.load_state_dict(loss.state_dict())
        outputs = random_outputs(loss, 5)
        assert torch.equal(loss.decode(outputs), other.decode(outputs))

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            ([np.nan] * 4, "'fitness' has no label among 4"),
            ([1.0] * 4, "'fitness' are 1.0"),
            ([1.0, np.inf, 2.0, 3.0], "infinite"),
        ],
    )
    def test_labels_that_teach_nothing_are_refused(self, column, message):
        loss = build_loss(self.name, HEADS)
        with pytest.raises(KnockonError, match=message):
            loss.fit(np.stack([np.arange(4.0), np.array(column)], axis=1))
