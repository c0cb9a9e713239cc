from typing import ClassVar

from tests.losses import brute_force
from tests.losses.contract import LossContract


class TestMeanSquaredError(LossContract):
    name = "mse"

    def by_loops(self, loss, outputs, target, mask, features):
        return brute_force.squared_error(outputs, target, mask, loss.mean, loss.scale)


class TestHuber(LossContract):
    name = "huber"
    options: ClassVar = {"delta": 0.7}

    def by_loops(self, loss, outputs, target, mask, features):
        return brute_force.huber(outputs, target, mask, loss.mean, loss.scale, loss.delta)
