"""kill -9 at random times in every data stage; afterwards a plain `dvc repro` must give the undisturbed outputs.

    python -m benchmarks.kill [--kills 50] [--seed 0] [--stages yeast_graph,yeast_query]

Works in a temporary clone with simulated data. Half of the kills take the whole process group (dvc and the stage, as a
power cut does), half the stage alone. Prints a row a stage, and ends with 1 where outputs differ or something is left.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.pipeline.conftest import Clone, make_clone

STAGES = ("yeast_sources", "yeast_graph", "yeast_query", "yeast_dataset", "yeast_split", "yeast_embed@random_100")


@dataclass
class Result:
    """What came of the kills of one stage."""

    stage: str
    seconds: float
    kills: int = 0
    too_late: int = 0
    groups: int = 0
    leftovers: int = 0
    equal: bool = False


def main() -> None:
    """Kill, repair, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stages", default=",".join(STAGES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = make_clone(Path(folder) / "clone")
        stages = arguments.stages.split(",")
        clone.run("dvc", "repro", "--quiet", *stages)
        chance = random.Random(arguments.seed)
        results = [kill_stage(clone, stage, -(-arguments.kills // len(stages)), chance) for stage in stages]
    print("| stage | undisturbed s | kills | whole group | stage had ended | leftovers | outputs equal |")
    print("|---|---|---|---|---|---|---|")
    for result in results:
        cells = (result.stage, f"{result.seconds:.1f}", result.kills, result.groups, result.too_late, result.leftovers)
        print(f"| {' | '.join(map(str, cells))} | {'yes' if result.equal else 'NO'} |")
    print(f"\n{sum(result.kills for result in results)} kills")
    sys.exit(not all(result.equal for result in results))


def kill_stage(clone: Clone, stage: str, kills: int, chance: random.Random) -> Result:
    """Kill a forced run of one stage `kills` times, then let a plain run repair it."""
    expected = outputs(clone, stage)
    begin = time.monotonic()
    clone.run("dvc", "repro", "--quiet", "--force", "--single-item", stage)
    result = Result(stage, time.monotonic() - begin)
    horizon = result.seconds
    while result.kills < kills:
        whole = chance.random() < 0.5
        begin = time.monotonic()
        ended = run_and_kill(clone, stage, chance.uniform(0.0, horizon), whole)
        # A machine that was busy at the first run may be faster now.
        horizon = 0.9 * min(horizon, time.monotonic() - begin) if ended else horizon
        result.too_late += ended
        result.kills += not ended
        result.groups += whole and not ended
        if result.too_late > 3 * kills + 10:
            raise SystemExit(f"{stage}: ends before it can be killed")
    clone.run("dvc", "repro", "--quiet", stage)
    result.leftovers = len(temporary_names(clone.root))
    result.equal = outputs(clone, stage) == expected and not clone.run("dvc", "status", stage).stdout.count("changed")
    return result


def run_and_kill(clone: Clone, stage: str, after: float, whole: bool) -> bool:
    """Start a forced run and kill it `after` seconds; tells whether it had ended by then."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"PYTHONHASHSEED": "0", "DVC_NO_ANALYTICS": "1"}
    command = ["dvc", "repro", "--quiet", "--force", "--single-item", stage]
    running = subprocess.Popen(
        command,
        cwd=clone.root,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        running.wait(after)
        return True
    except subprocess.TimeoutExpired:
        pass
    if whole:
        os.killpg(running.pid, signal.SIGKILL)
    else:
        for child in psutil.Process(running.pid).children(recursive=True)[::-1]:
            child.kill()
    running.wait(300)
    return False


def outputs(clone: Clone, stage: str) -> dict[str, Any]:
    """Hashes of a stage's outputs: as dvc.lock states them, and as the files in the working tree have them."""
    locked: dict[str, Any] = yaml.safe_load((clone.root / "dvc.lock").read_text())["stages"][stage]["outs"]
    return {out["path"]: out["md5"] for out in locked}


def temporary_names(root: Path) -> list[Path]:
    """What half-written outputs would be called."""
    return [path for folder in ("data", "metrics") for path in (root / folder).rglob("*.tmp-*")]


if __name__ == "__main__":
    main()
