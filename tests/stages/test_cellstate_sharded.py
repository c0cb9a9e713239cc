"""cellstate_train with weights spread over processes: a fit that was begun by others is found again."""

from knockon.stages.cellstate.train import identity

TRAINING = {"processes": 2, "accumulation": 1, "learning_rate": 0.001}


def test_another_number_of_processes_goes_on_with_the_same_fit():
    spread = {"kind": "autoencoder", "sharding": {"sharded": True}}
    two = identity({**spread, "training": TRAINING})
    one = identity({**spread, "training": {**TRAINING, "processes": 1, "accumulation": 2}})
    assert one == two
    assert one["training"] == {"learning_rate": 0.001}
    assert identity({**spread, "training": {**TRAINING, "learning_rate": 0.002}}) != two


def test_parts_of_a_batch_belong_to_a_fit_that_is_not_spread():
    whole = {"kind": "autoencoder", "training": TRAINING}
    assert identity(whole)["training"] == {"accumulation": 1, "learning_rate": 0.001}
    assert identity({"kind": "mean"}) == {"kind": "mean", "training": {}}
