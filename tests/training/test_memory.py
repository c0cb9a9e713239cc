"""Out of memory: what is taken for it, and what is advised."""

import gc

import pytest
import torch

from knockon.training.memory import is_out_of_memory, out_of_memory, peak_memory_mb, rows_that_fit


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried …"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_what_is_out_of_memory(error: Exception, expected: bool):
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize(("limit", "expected"), [(100, 50), (49, 25), (6, 6), (1, 1), (0, 0)])
def test_the_rows_that_fit_are_found_by_halving(limit: int, expected: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gc, "collect", lambda: 0)
    tried = []

    def attempt(rows: int) -> None:
        tried.append(rows)
        if rows > limit:
            raise MemoryError

    assert rows_that_fit(attempt, 100) == expected
    assert tried == [rows for rows in (50, 25, 12, 6, 3, 1) if rows >= max(expected, 1)]


def test_another_error_is_passed_on():
    def attempt(rows: int) -> None:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        rows_that_fit(attempt, 8)


def test_the_advice_keeps_the_batch_within_what_fits():
    message = str(out_of_memory(rows=64, fitting=16, batch_size=256))
    assert "16 fit: set training.batch_size to 64" in message
    assert "raise training.accumulation 4-fold" in message
    assert "use a smaller model" in str(out_of_memory(64, 0, 256))


def test_peak_memory_is_in_megabytes():
    held = torch.zeros(5_000_000, dtype=torch.float64)
    assert 40 <= held.nbytes / 1e6 < peak_memory_mb(torch.device("cpu")) < 1e6
