"""The one stage of the project that the SLURM tests run: the tiny training of tests/training, by params.yaml."""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import torch
import yaml

from knockon.training.launch import leave, start
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from knockon.training.signals import RESUME_EXIT_CODE
from tests.training.tiny import SETTINGS, TinyTask


def wait_for_the_signal() -> None:
    """Hold the first start of a job in the middle of an epoch until the test has asked it to stop."""
    desk = Path(os.environ["DESK"])
    if not os.environ.get("SLURM_RESTART_COUNT", "0").strip("0"):
        (desk / "reached").touch()
        while not (desk / "signalled").exists():
            time.sleep(0.05)


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    start(params["processes"])
    torch.set_num_threads(1)
    at = {7: wait_for_the_signal} if params["hold"] else {}
    settings = TrainingSettings(**SETTINGS | {"seed": params["seed"]}, processes=params["processes"])
    result = train(TinyTask(params["dropout"], at), settings, Path("checkpoints"))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    if not result.finished:
        leave(RESUME_EXIT_CODE)
    if int(os.environ.get("RANK", "0")) == 0:
        Path("model").mkdir(exist_ok=True)
        for name in ("weights.safetensors", "metrics.jsonl"):
            shutil.copyfile(Path("checkpoints") / name, Path("model") / name)
        Path("metrics.json").write_text(json.dumps({"loss": result.best_score}) + "\n")
        # What only this run needs is no result.
        shutil.rmtree("checkpoints")
        Path("checkpoints").mkdir()


if __name__ == "__main__":
    sys.exit(main())
