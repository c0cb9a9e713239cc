"""Run as a program: `module folder --processes n …` runs a module's `main` in so many processes.

They are started before the module, and torch with it, is imported: the process that only waits for them does without.
"""

import importlib
import signal
import subprocess
import sys
from pathlib import Path

from knockon.training.launch import start

ROOT = Path(__file__).resolve().parents[2]


def launched(module: str, folder: Path, *options: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run this program. A hang is a failure."""
    command = [sys.executable, __file__, module, str(folder), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def main() -> None:
    signal.alarm(240)
    place = sys.argv.index("--processes") if "--processes" in sys.argv else None
    start(int(sys.argv[place + 1]) if place else 1)
    sys.path.insert(0, str(ROOT))
    importlib.import_module(sys.argv.pop(1)).main()


if __name__ == "__main__":
    main()
