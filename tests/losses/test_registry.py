"""Losses by name; a wrong name or setting is told with those that there are."""

import pytest

from knockon.errors import KnockonError
from knockon.losses.registry import LOSSES, build_loss
from tests.losses import test_ordinal, test_ordinal_entropy, test_regression, test_soft_label
from tests.losses.conftest import HEADS
from tests.losses.contract import LossContract


def test_every_loss_is_held_to_the_contract():
    rooms = (test_regression, test_soft_label, test_ordinal, test_ordinal_entropy)
    held = [value for room in rooms for value in vars(room).values() if isinstance(value, type)]
    assert {kind.name for kind in held if issubclass(kind, LossContract) and kind is not LossContract} == set(LOSSES)


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
