import numpy as np
import torch

from knockon.models.networks.table import TableBatches, TableNetwork

VALUES = np.array([[1, 5, np.nan], [3, 5, np.nan], [np.nan, 5, np.nan], [8, 5, np.nan]], dtype=np.float32)


def _network():
    network = TableNetwork(3, width=4, layers=1, dropout=0.0, outputs=2)
    network.prepare(VALUES)
    return network.eval()


def test_centre_and_spread_are_of_what_is_known():
    """Constant features and those without a value have no spread to divide by."""
    network = _network()
    assert network.center.tolist() == [4, 0, 0]
    assert np.allclose(network.spread.numpy(), [np.std([1, 3, 8]), 1, 1])


def test_gaps_give_numbers():
    batch = TableBatches(VALUES).batch(np.arange(4))
    assert batch["table"].dtype == torch.float32
    found = _network()(batch)
    assert found.outputs.shape == (4, 1, 2)
    assert found.outputs.isfinite().all()


def test_the_order_of_values_is_kept_and_tails_are_tamed():
    vectors = []
    network = TableNetwork(1, width=2, layers=1, dropout=0.0, outputs=1)
    network.perceptron.register_forward_pre_hook(lambda _, inputs: vectors.append(inputs[0]["vectors"]))
    network({"table": torch.tensor([[-1000.0], [0.0], [1.0], [1000.0]])})
    scaled = vectors[0][:, 0]
    assert (scaled.diff() > 0).all()
    assert scaled.max() < 10
