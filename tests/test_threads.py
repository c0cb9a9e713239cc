"""A process of ours computes with one thread, unless its user asked for more; the import of knockon changes nothing."""

import os
import subprocess
import sys

import pytest

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TOLD = """
import os, numpy, scipy.linalg
from threadpoolctl import threadpool_info
print(*sorted({pool["num_threads"] for pool in threadpool_info()}), os.environ.get("OMP_NUM_THREADS"))
"""
CALL = "from knockon.threads import one_thread; one_thread()\n"


def told(script: str, **own: str) -> list[str]:
    """Numbers of threads of the libraries, and what the environment says, after a script in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in LIMITS} | own
    command = [sys.executable, "-c", script + TOLD]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("before", ["", "import numpy, scipy.linalg\n", "import numpy\n"])
def test_libraries_have_one_thread_whenever_they_are_loaded(before):
    assert told(before + CALL) == ["1", "1"]


def test_what_the_user_set_stays_and_speaks_for_linear_algebra():
    assert told(CALL, OMP_NUM_THREADS="2") == ["2", "2"]
    assert told(CALL, OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="1")[-1] == "2"


def test_a_stage_and_a_command_ask_for_it_and_an_import_does_not():
    stage = "from knockon.stages.stage import run_stage\nrun_stage(lambda params: None, ())\n"
    command = "from knockon.commands.main import main\nimport sys; sys.argv = ['knockon', '--version']\n"
    command += "try: main()\nexcept SystemExit: pass\n"
    assert told(stage) == ["1", "1"]
    assert told(command)[-2:] == ["1", "1"]
    assert told("import knockon, knockon.stages.stage, knockon.commands.main\n")[-1] == "None"
