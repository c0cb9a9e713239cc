from typing import ClassVar

import pytest

from tests.losses import brute_force
from tests.losses.contract import LossContract, fitted, random_outputs


class TestOrdinalEntropy(LossContract):
    name = "ordinal_entropy"
    options: ClassVar = {"diversity": 0.3, "tightness": 0.4}

    def by_loops(self, loss, outputs, target, mask, features):
        shape = (loss.mean, loss.scale, loss.diversity, loss.tightness)
        return brute_force.ordinal_entropy(outputs, target, mask, features, *shape)


def test_without_features_it_says_so(labels, batch):
    target, mask, _ = batch
    loss = fitted("ordinal_entropy", labels)
    with pytest.raises(ValueError, match="features"):
        loss(random_outputs(loss, len(target)), target, mask)
