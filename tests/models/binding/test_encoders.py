"""Encoders: the rows around a row, and the padding that they bring, change nothing."""

import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.binding.encoders import build_encoder
from knockon.models.binding.features import COMPOSITION


@pytest.mark.parametrize("kind", ["convolution", "transformer"])
@pytest.mark.parametrize("protein", [False, True])
def test_a_row_alone_is_the_row_in_a_batch(kind, protein):
    torch.manual_seed(0)
    encoder = build_encoder(kind, 22, 32, 2, 0.1, protein).eval()
    tokens = torch.randint(1, 22, (6, 70))
    for row, length in enumerate((1, 4, 5, 37, 50, 70)):
        tokens[row, length:] = 0
    together = encoder(tokens)
    assert together.shape == (6, encoder.width)
    for row, length in enumerate((1, 4, 5, 37, 50, 70)):
        assert torch.allclose(encoder(tokens[row : row + 1, :length])[0], together[row], atol=1e-5)


@pytest.mark.parametrize("kind", ["convolution", "transformer"])
def test_order_and_every_part_of_a_row_matter(kind):
    torch.manual_seed(0)
    encoder = build_encoder(kind, 22, 32, 2, 0.0, False).eval()
    tokens = torch.randint(1, 22, (1, 40), requires_grad=False)
    other = tokens.clone()
    other[0, -1] = 1 + tokens[0, -1] % 21
    assert not torch.allclose(encoder(tokens), encoder(tokens.flip(1)), atol=1e-4)
    assert not torch.equal(encoder(tokens), encoder(other))


def test_features_are_standardised_by_training_and_one_that_never_varies_is_left_out():
    torch.manual_seed(0)
    encoder = build_encoder("features", COMPOSITION, 16, 2, 0.0, True).eval()
    rows = torch.rand(20, 421) * 0.01
    rows[:, 7] = 3.0
    encoder.standardise(rows.numpy())
    shown = (rows - encoder.mean) * encoder.factor
    assert torch.allclose(shown.std(dim=0, correction=0)[:7], torch.ones(7), atol=1e-3)
    changed = rows.clone()
    changed[:, 7] = 9.0
    assert torch.equal(encoder(changed), encoder(rows))
    assert torch.allclose(encoder(rows[:1])[0], encoder(rows)[0], atol=1e-5)
    assert set(encoder.state_dict()) >= {"mean", "factor"}


def test_unknown_encoders_and_odd_widths_are_refused():
    with pytest.raises(KnockonError, match="convolution, transformer"):
        build_encoder("lstm", 22, 32, 2, 0.1, False)
    with pytest.raises(KnockonError, match="multiple of its"):
        build_encoder("transformer", 22, 33, 1, 0.1, False)
