"""Regression losses on normalised labels: the squared error and Huber's."""

from torch import Tensor
from torch.nn import functional

from knockon.errors import KnockonError
from knockon.losses.loss import Loss


class MeanSquaredError(Loss):
    """L = (1/N) Σᵢ (ŷᵢ − yᵢ)², y normalised on training rows."""

    name = "mse"

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Squared error of each label, shape (rows, heads)."""
        return (outputs[..., 0] - self.normalised(target)).square()


class Huber(Loss):
    """Huber's loss: ½ r² where |r| ≤ δ, δ (|r| − ½ δ) beyond; residuals r in normalised units.

    Huber 1964, Ann. Math. Stat. 35:73.
    """

    name = "huber"

    def __init__(self, heads: tuple[str, ...], delta: float = 1.0) -> None:
        super().__init__(heads)
        if not delta > 0:
            raise KnockonError(f"loss huber: delta is {delta}; it must be above 0")
        self.delta = delta

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Huber's loss of each label, shape (rows, heads)."""
        return functional.huber_loss(outputs[..., 0], self.normalised(target), reduction="none", delta=self.delta)
