"""UniRep: its cell against the published equations, its weights file read without running it, its published losses."""

import csv
import pickle

import numpy as np
import pytest
import torch

from knockon.errors import FormatError, KnockonError
from knockon.represent.unirep import (
    LETTERS,
    MultiplicativeLstm,
    UniRepEncoder,
    load_unirep,
    read_arrays,
    tokenise,
)
from tests.represent.tiny_models import save_unirep


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_unirep(tmp_path_factory.mktemp("unirep") / "model_weights.pkl")


def test_the_cell_follows_the_equations():
    torch.manual_seed(1)
    layer = MultiplicativeLstm(3, 4)
    for length in (layer.gmx, layer.gmh, layer.gx, layer.gh, layer.b):
        torch.nn.init.normal_(length)
    w = {name: tensor.numpy().astype(np.float64) for name, tensor in layer.state_dict().items()}
    unit = {name: w[name] / np.linalg.norm(w[name], axis=0) * w["g" + name[1:]] for name in ("wmx", "wmh", "wx", "wh")}
    inputs = np.random.default_rng(0).normal(size=(5, 3))
    hidden = cell = np.zeros(4)
    expected = []
    for x in inputs:
        z = x @ unit["wx"] + ((x @ unit["wmx"]) * (hidden @ unit["wmh"])) @ unit["wh"] + w["b"]
        admit, forget, emit = 1 / (1 + np.exp(-z[:4])), 1 / (1 + np.exp(-z[4:8])), 1 / (1 + np.exp(-z[8:12]))
        cell = forget * cell + admit * np.tanh(z[12:])
        hidden = emit * np.tanh(cell)
        expected.append(hidden)
    found = layer(torch.from_numpy(inputs).float()[None])[0].detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_weights_survive_the_pickle(weights):
    arrays = read_arrays(weights)
    assert arrays[0].shape == (26, 10)
    assert load_unirep(weights).output.weight.shape == (25, 64)


def test_a_pickle_that_names_anything_but_arrays_is_not_run(tmp_path):
    class Hostile:
        def __reduce__(self):
            return (open, (str(tmp_path / "written"), "w"))

    path = tmp_path / "hostile.pkl"
    path.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(FormatError, match=r"no array"):
        read_arrays(path)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a pickle", pickle.dumps({"a": 1}), pickle.dumps((np.zeros((3, 3)),) * 11)]
)
def test_a_file_that_holds_no_weights_is_one_clear_error(tmp_path, content):
    path = tmp_path / "broken.pkl"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"broken\.pkl"):
        load_unirep(path)


def test_a_missing_file_names_the_command(tmp_path):
    with pytest.raises(KnockonError, match="knockon sources fetch unirep64_weights"):
        load_unirep(tmp_path / "absent.pkl")


def test_tokens_start_and_are_padded():
    tokens = tokenise(["MR", "MRB"])
    assert tokens.tolist() == [[24, 1, 2, 0], [24, 1, 2, LETTERS.index("X") + 1]]
    with pytest.raises(KnockonError, match=r"protein 1: '\*'"):
        tokenise(["M*"])


def test_a_vector_does_not_depend_on_the_batch(weights):
    proteins = ["MKT", "MKTAYIAKQR", "GG"]
    encoder = UniRepEncoder(weights, batch=2)
    alone = np.concatenate([UniRepEncoder(weights).encode([protein]) for protein in proteins])
    np.testing.assert_allclose(encoder.encode(proteins), alone, rtol=1e-5, atol=1e-7)
    assert alone.shape == (3, 64)


@pytest.mark.public
def test_the_published_weights_know_real_proteins_from_shuffled_ones(public_files):
    model = load_unirep(public_files / "weights" / "unirep64" / "model_weights.pkl")
    with (public_files / "affinity" / "pdbbind2016" / "test_seq_.csv").open() as file:
        rows = list(csv.DictReader(file))[:20]
    proteins = ["".join(letter for letter in row["seq"] if letter in LETTERS) for row in rows]
    random = np.random.default_rng(0)
    real = np.mean([model.next_residue_loss(protein) for protein in proteins])
    shuffled = np.mean([model.next_residue_loss("".join(random.permutation(list(protein)))) for protein in proteins])
    # Published behaviour on such proteins: 2.86 nats a residue, 2.91 shuffled; 2.996 is a uniform guess of 20.
    assert 2.75 < real < 2.90
    assert real + 0.02 < shuffled < np.log(20)
