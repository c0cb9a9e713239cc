"""The stage `code` under the real DVC: what a change of the code runs again, in a repository of two stages."""

import re
import shutil
from pathlib import Path

import pytest

from tests.pipeline.conftest import ROOT, Clone
from tests.stages.toy import FILES, PIPELINE, change, write_package

pytestmark = pytest.mark.timeout(600)

STAGE_FILES = [
    f"knockon/{name}.py"
    for name in ("errors", "atomic", "stages/code", "stages/param_files", "stages/reach", "stages/syntax")
]


class Toy(Clone):
    """The toy as a repository of its own, whose stages run its own package."""

    @property
    def environment(self):
        # Python takes a compiled file for the source's where both have one size and one second: on a free machine the
        # toy runs twice within a second, and a changed constant would be read as it was before.
        fresh = {"PYTHONDONTWRITEBYTECODE": "1", "GIT_CEILING_DIRECTORIES": "/"}
        return {**super().environment, **fresh, "PYTHONPATH": str(self.root / "src")}

    @property
    def environment_of_stages(self):
        return self.environment

    def change(self, name, old, new):
        change(self.root / "src", name, old, new)

    def rerun(self, *command):
        """The stages that run: not those whose results are as before, nor those that DVC takes from its cache."""
        said = self.run("dvc", *(command or ("repro",))).stdout
        return re.findall(r"Running stage '(.+)'", said)


@pytest.fixture(scope="module")
def finished_toy(tmp_path_factory):
    root = tmp_path_factory.mktemp("toy") / "toy"
    real = {name: (ROOT / "src" / name).read_text() for name in STAGE_FILES}
    write_package(root / "src", FILES | real)
    (root / "dvc.yaml").write_text(PIPELINE)
    (root / "params.yaml").write_text("scale: 2\n")
    (root / "data").mkdir()
    for name in ("data/.gitignore", ".dvcignore", ".gitignore"):
        shutil.copyfile(ROOT / name, root / name)
    (root / "data/.gitignore").write_text("/code/\n/*.txt\n")
    toy = Toy(root, warm=True)
    toy.run("git", "init", "-q")
    toy.run("dvc", "init", "-q")
    toy.run("dvc", "remote", "add", "--default", "store", str(root.parent / "remote"))
    assert toy.rerun() == ["code", "first", "second"]
    toy.commit()
    return toy


@pytest.fixture
def toy(finished_toy):
    """The finished toy; what a test changes is put back."""
    yield finished_toy
    finished_toy.run("git", "checkout", "--quiet", ".")
    finished_toy.run("git", "clean", "--quiet", "--force", "-d")
    finished_toy.run("dvc", "checkout", "--quiet", "--force")


def test_a_comment_or_a_docstring_runs_the_stage_code_alone(toy):
    toy.change("knockon/numbers.py", "# a comment", "# another comment")
    toy.change("knockon/numbers.py", "The scale, times", "The scale times")
    assert toy.rerun() == ["code"]
    assert "up to date" in toy.run("dvc", "status").stdout


def test_a_constant_runs_the_stages_that_reach_it(toy):
    toy.change("knockon/numbers.py", "OFFSET = 5", "OFFSET = 6")
    assert toy.rerun() == ["code", "second"]
    assert (toy.root / "data/second.txt").read_text().split() == ["6", "7"]
    assert "up to date" in toy.run("dvc", "status").stdout


def test_an_import_that_is_added_is_followed_from_then_on(toy):
    write_package(toy.root / "src", {"knockon/more.py": "DEPTH = 1\n"})
    depth = "    from knockon.more import DEPTH\n\n    return SCALE * by + DEPTH"
    toy.change("knockon/numbers.py", "    return SCALE * by", depth)
    assert toy.rerun() == ["code", "first", "second"]
    toy.change("knockon/more.py", "DEPTH = 1", "DEPTH = 2")
    assert toy.rerun() == ["code", "first", "second"]
    assert (toy.root / "data/first.txt").read_text() == "8\n"
    assert "up to date" in toy.run("dvc", "status").stdout


def test_what_python_leaves_beside_the_code_is_no_change(toy):
    cache = toy.root / "src/knockon/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "numbers.cpython-399.pyc").write_bytes(b"anything")
    assert "up to date" in toy.run("dvc", "status").stdout


def test_a_fresh_clone_takes_everything_from_the_remote(toy, tmp_path):
    toy.run("dvc", "push", "--quiet")
    toy.run("git", "clone", "--quiet", str(toy.root), str(tmp_path / "fresh"))
    fresh = Toy(tmp_path / "fresh", warm=True)
    assert fresh.rerun("repro", "--pull") == []
    assert (fresh.root / "data/second.txt").read_text() == (toy.root / "data/second.txt").read_text()
    assert "up to date" in fresh.run("dvc", "status").stdout


def test_a_fresh_clone_without_a_remote_runs_everything_to_the_same_lock(toy, tmp_path):
    toy.run("git", "clone", "--quiet", str(toy.root), str(tmp_path / "fresh"))
    fresh = Toy(tmp_path / "fresh", warm=True)
    assert fresh.rerun() == ["code", "first", "second"]
    assert fresh.run("git", "status", "--porcelain").stdout == ""


def test_an_experiment_in_a_folder_of_its_own_runs_what_reads_the_param(toy):
    assert toy.rerun("exp", "run", "--temp", "-S", "scale=5") == ["first", "second"]
    assert ",5" in toy.run("dvc", "exp", "show", "--csv").stdout


def test_an_experiment_of_changed_code_runs_the_code_stage_first(toy):
    toy.change("knockon/numbers.py", "SCALE = 3", "SCALE = 4")
    assert toy.rerun("exp", "run", "-S", "scale=3") == ["code", "first", "second"]
    assert (toy.root / "data/first.txt").read_text() == "12\n"


def test_the_toys_stages_run_its_own_package(toy):
    found = toy.run("python", "-c", "import knockon.numbers as numbers; print(numbers.__file__)").stdout.strip()
    assert Path(found).samefile(toy.root / "src/knockon/numbers.py")
