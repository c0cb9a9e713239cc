"""Windows cover every token, each token counts once, and neither batches nor cuts change what a token's state gives."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.represent.token_windows import TokenRows, batches_by_length, mean_states, windows_of

RANDOM = np.random.default_rng(0)
SEQUENCES = [RANDOM.integers(1, 9, length) for length in (1, 7, 8, 9, 50, 3, 23, 8)]
TABLE = torch.from_numpy(RANDOM.standard_normal((9, 5)).astype(np.float32))


def by_token(tokens, there):
    """A model whose states know the token alone."""
    return TABLE[tokens]


def test_windows_cover_every_token_and_overlap_as_asked():
    rows = TokenRows.of(SEQUENCES)
    windows = windows_of(rows.starts, 8, 3)
    assert windows.shown(len(rows.numbers)).min() == 1
    assert windows.lengths.max() == 8
    for number, sequence in enumerate(SEQUENCES):
        mine = windows.sequence == number
        begins, ends = windows.begins[mine], (windows.begins + windows.lengths)[mine]
        assert (begins[0], ends[-1]) == (rows.starts[number], rows.starts[number + 1])
        assert (ends[:-1] - begins[1:] >= 3).all()
        assert mine.sum() == (1 if len(sequence) <= 8 else -(-(len(sequence) - 3) // 5))


def test_every_token_counts_once_wherever_cuts_lie():
    rows = TokenRows.of(SEQUENCES)
    expected = np.array([TABLE.numpy()[tokens].mean(axis=0) for tokens in SEQUENCES])
    for longest, overlap, at_once in ((100, 0, 10_000), (8, 3, 16), (8, 7, 1), (5, 0, 40)):
        found = mean_states(rows, by_token, 5, longest, overlap, at_once)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_window_is_shown_alone():
    """A state may depend on all tokens of its window, never on what stands beside it in the batch."""

    def by_window(tokens, there):
        return (tokens * there).sum(dim=1, keepdim=True).unsqueeze(2).expand(-1, tokens.shape[1], 1).float()

    rows = TokenRows.of(SEQUENCES)
    together = mean_states(rows, by_window, 1, 8, 3, 1000)
    alone = [mean_states(TokenRows.of([tokens]), by_window, 1, 8, 3, 1000) for tokens in SEQUENCES]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-6)
    assert together[0, 0] == SEQUENCES[0].sum()


def test_batches_hold_every_row_once_and_little_padding():
    lengths = RANDOM.integers(1, 300, 500)
    batches = list(batches_by_length(lengths, 1024))
    assert sorted(np.concatenate(batches)) == list(range(500))
    padded = [len(batch) * lengths[batch].max() for batch in batches]
    assert max(padded) <= 1024
    assert sum(padded) < 1.1 * lengths.sum()
    assert [len(batch) for batch in batches_by_length(np.array([5000, 3]), 1024)] == [1, 1]


def test_windows_that_cannot_move_on_are_refused():
    with pytest.raises(KnockonError, match="can't overlap by 8"):
        windows_of(np.array([0, 20]), 8, 8)
