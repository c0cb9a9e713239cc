import pytest

from knockon.training.fit_folders import kept_fits
from knockon.training.remembered_fits import remembered_fits


def write(fits, *names):
    for name in names:
        fits.folder(name).mkdir(parents=True, exist_ok=True)


def test_what_the_last_run_asked_for_stays_and_nothing_else(tmp_path):
    root = tmp_path / "fits"
    with remembered_fits(root) as fits:
        write(fits, "old", "both")
    with remembered_fits(root) as fits:
        assert fits.folder("both").is_dir()
        write(fits, "new")
    assert {path.name for path in root.iterdir()} == {"both", "new"}


def test_a_run_that_fails_forgets_nothing(tmp_path):
    root = tmp_path / "fits"

    def fail():
        with remembered_fits(root) as fits:
            write(fits, "new")
            raise RuntimeError

    with remembered_fits(root) as fits:
        write(fits, "old")
    with pytest.raises(RuntimeError):
        fail()
    assert {path.name for path in root.iterdir()} == {"old", "new"}


def test_a_run_without_a_fit_leaves_nothing_behind(tmp_path):
    with remembered_fits(tmp_path / "fits"):
        pass
    assert not (tmp_path / "fits").exists()


def test_kept_fits_are_gone_where_remembered_ones_stay(tmp_path):
    for context, stays in ((kept_fits, False), (remembered_fits, True)):
        with context(tmp_path / "fits") as fits:
            write(fits, "one")
        assert (tmp_path / "fits" / "one").exists() == stays
