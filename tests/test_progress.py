import pytest

from knockon.progress import track


def test_all_items_come_in_order_and_a_pipe_stays_silent(capfd: pytest.CaptureFixture[str]):
    assert list(track(iter("abc"), "counting", total=3)) == ["a", "b", "c"]
    assert capfd.readouterr() == ("", "")
