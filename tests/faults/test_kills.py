"""kill -9 and two runs at once, in a clone with the real DVC. The long version is `python -m benchmarks.kill`."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.kill import kill_stage, outputs
from tests.pipeline.conftest import Clone, make_clone


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone whose first two stages have run undisturbed."""
    made = make_clone(tmp_path_factory.mktemp("faults") / "clone", warm=True)
    made.run("dvc", "repro", "--quiet", "yeast_graph")
    # What is killed, and runs again, is whole programs.
    return Clone(made.root)


@pytest.mark.parametrize(("stage", "kills"), [("yeast_sources", 2), ("yeast_graph", 1)])
def test_after_a_kill_a_plain_run_gives_the_undisturbed_outputs(clone: Clone, stage: str, kills: int) -> None:
    """A power cut must not leave a file that the next run takes for a whole one."""
    result = kill_stage(clone, stage, kills, random.Random(kills))
    assert (result.kills, result.equal) == (kills, True)


def test_of_two_runs_at_once_one_waits_or_is_refused(clone: Clone) -> None:
    """Both writing the same output would leave a mixture."""
    expected = outputs(clone, "yeast_sources")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONHASHSEED": "0", "DVC_NO_ANALYTICS": "1"}
    command = ["dvc", "repro", "--force", "--single-item", "yeast_sources"]
    both = [
        subprocess.Popen(
            command, cwd=clone.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    told = [running.communicate(timeout=500)[0] for running in both]
    assert 0 in [running.returncode for running in both], told
    for running, text in zip(both, told, strict=True):
        assert running.returncode == 0 or "busy" in text or "Unable to acquire lock" in text, text
        assert "Traceback" not in text
    assert outputs(clone, "yeast_sources") == expected
    # A run of the stage takes away what earlier ones that were killed left beside its output.
    assert not list((clone.root / "data/raw").glob("*.tmp-*"))
    assert "changed" not in clone.run("dvc", "status", "yeast_sources").stdout
