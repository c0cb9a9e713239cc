"""Settings are checked where they enter; the learning rate is a function of the step."""

import pytest

from knockon.errors import KnockonError
from knockon.training.schedule import learning_rate
from knockon.training.settings import TrainingSettings, settings_from


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "epochs or max_steps"),
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": "3"}, "epochs is '3'"),
        ({"epochs": 1, "batch_size": True}, "batch_size is True"),
        ({"epochs": 1, "learning_rate": -1.0}, "learning_rate is -1.0"),
        ({"epochs": 1, "learning_rate": float("nan")}, "learning_rate is nan"),
        ({"epochs": 1, "clip": 0.0}, "clip is 0.0"),
        ({"epochs": 1, "schedule": "linear"}, "cosine, constant"),
        ({"epochs": 1, "precision": "fp16"}, "auto, float32, bf16"),
        ({"epochs": 1, "lr": 0.1}, "no setting lr"),
    ],
)
def test_wrong_settings_are_named(values, message):
    with pytest.raises(KnockonError, match=message):
        settings_from(values)


def test_the_shorter_of_epochs_and_steps_counts():
    assert TrainingSettings(epochs=3).total_steps(10) == 30
    assert TrainingSettings(epochs=3, max_steps=7).total_steps(10) == 7


def test_the_fingerprint_leaves_out_what_does_not_change_weights():
    one = TrainingSettings(epochs=3, keep=1, workers=0, checkpoint_steps=5).fingerprint()
    assert one == TrainingSettings(epochs=3, keep=4, workers=2, processes=2).fingerprint()
    assert one != TrainingSettings(epochs=3, learning_rate=0.1).fingerprint()


def test_learning_rate_rises_then_falls_to_zero():
    settings = TrainingSettings(epochs=1, learning_rate=1.0, warmup_steps=4)
    rates = [learning_rate(settings, step, 24) for step in range(25)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[14] == pytest.approx(0.5)
    assert rates[24] == pytest.approx(0.0)
    constant = TrainingSettings(epochs=1, learning_rate=1.0, schedule="constant")
    assert learning_rate(constant, 20, 24) == 1.0
