"""Who follows the trainings of a stage: named once, for models that know nothing of it."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.networks.bilinear import bilinear
from knockon.represent.representation import Representation
from knockon.training.followers import followed, followers, followers_from, keep_what_they_wrote
from tests.models.made_up import GENES, planted, split

TRAINING = {"epochs": 2, "batch_size": 64, "device": "cpu", "tracker_steps": 2}


def fit(folder, part):
    vectors = Representation("one_hot", GENES, np.eye(len(GENES), dtype=np.float32))
    model = bilinear(Inputs(vectors, "pert_sum"), Context("interaction", training=TRAINING, folder=folder / part))
    train, validation, _ = split(planted()[0])
    model.fit(train, validation, seed=1)


def test_a_model_is_followed_and_what_was_written_outlives_the_run(tmp_path):
    for _ in range(2):
        with followed(followers_from({"dvclive": True})):
            fit(tmp_path / "runs", "point")
        keep_what_they_wrote(tmp_path / "runs", tmp_path)
        (tmp_path / "runs").rename(tmp_path / f"old-{len(list(tmp_path.iterdir()))}")
    assert {path.name for path in (tmp_path / "dvclive").iterdir()} == {"point-fit", "point-fit-2"}
    shown = {path.stem for path in (tmp_path / "dvclive/point-fit/plots/metrics").glob("*.tsv")}
    assert {"loss", "learning_rate", "samples_per_second", "peak_memory_mb", "validation_loss"} <= shown
    assert not list(tmp_path.glob("old-*/**/dvclive"))


def test_nobody_follows_unless_asked(tmp_path):
    with followed(followers_from({"dvclive": True})):
        assert followers().dvclive
    fit(tmp_path, "point")
    assert not list(tmp_path.rglob("dvclive"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tensorboard": True}, "no setting tensorboard; the settings are dvclive, wandb, project"),
        ({"wandb": "on"}, "disabled, offline, online"),
    ],
)
def test_a_mistake_in_params_is_named(values, message):
    with pytest.raises(KnockonError, match=message):
        followers_from(values)
