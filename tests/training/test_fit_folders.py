"""Folders of many fits: kept through a stop or an error, gone in the end; a signal is heard wherever it comes."""

import os
import signal

import pytest

from knockon.training.fit_folders import kept_fits, name_of
from knockon.training.signals import StopSignals, TrainingStopped


def two_fits(root, between):
    """Make the folders of two fits, with something that happens between them."""
    with kept_fits(root) as fits:
        fits.folder("first").mkdir(parents=True)
        between()
        fits.folder("second").mkdir()


def test_folders_are_gone_where_all_ends_well(tmp_path):
    root = tmp_path / "fits"
    with kept_fits(root) as fits:
        fits.folder("one", "first").mkdir(parents=True)
        assert (root / "one" / "first").is_dir()
    assert not root.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_between_two_fits_stops_before_the_next_and_keeps_the_folders(number, tmp_path):
    root = tmp_path / "fits"
    with pytest.raises(TrainingStopped, match="finished ones lie in"):
        two_fits(root, lambda: os.kill(os.getpid(), number))
    assert (root / "first").is_dir()
    assert not (root / "second").exists()


def test_an_error_keeps_the_folders(tmp_path):
    root = tmp_path / "fits"
    with pytest.raises(KeyError):
        two_fits(root, lambda: {}["broken"])
    assert (root / "first").is_dir()


def test_a_signal_that_comes_in_the_last_step_of_a_fit_is_heard_after_it(tmp_path):
    """The training ends well, so nothing else would tell."""

    def last_step():
        with StopSignals():
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(TrainingStopped):
        two_fits(tmp_path / "fits", last_step)


def test_other_settings_are_another_name():
    assert name_of({"a": 1, "b": 2}) == name_of({"b": 2, "a": 1})
    assert len({name_of({"a": 1}), name_of({"a": 2}), name_of({"a": "1"}), name_of({"b": 1})}) == 4
