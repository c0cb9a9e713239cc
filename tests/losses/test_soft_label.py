from typing import ClassVar

from tests.losses import brute_force
from tests.losses.contract import LossContract


class TestSoftLabel(LossContract):
    name = "soft_label"
    options: ClassVar = {"bins": 7, "width": 1.3}

    def by_loops(self, loss, outputs, target, mask, features):
        return brute_force.soft_label(outputs, target, mask, loss.edges, loss.width)
