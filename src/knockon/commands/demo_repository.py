"""The demo's folder as a git repository of its own, which `dvc exp` and `dvc plots diff` need."""

import os
import subprocess
from pathlib import Path

from knockon.errors import KnockonError

_BRANCH = "demo"
_NAME, _EMAIL = "knockon demo", "demo@localhost"


def commit_all(folder: Path, message: str, ignored: str = "") -> None:
    """Commit what is in `folder`, to a repository that is made where there is none; nothing where nothing changed.

    ignored: a line for the repository's own list of what git does not see. Works where git knows no user; then, and
    only in this repository, the demo is the user, since experiments are commits, too. Raises KnockonError with what git
    says where it fails.
    """
    if not (folder / ".git").is_dir():
        _git(folder, "init", "--quiet")
        _git(folder, "symbolic-ref", "HEAD", f"refs/heads/{_BRANCH}")
        # The demo's commits are no work of the user's: no signature is asked for.
        _git(folder, "config", "commit.gpgsign", "false")
    for name, value in (("user.name", _NAME), ("user.email", _EMAIL)):
        if not _git(folder, "config", "--get", "--default", "", name):
            _git(folder, "config", name, value)
    exclude = folder / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    lines = exclude.read_text().splitlines() if exclude.is_file() else []
    if ignored and ignored not in lines:
        exclude.write_text("\n".join([*lines, ignored]) + "\n")
    _git(folder, "add", "--all")
    if _git(folder, "status", "--porcelain"):
        _git(folder, "commit", "--quiet", "--no-verify", "-m", message)


def _git(folder: Path, *words: str) -> str:
    """Run git on this repository, whatever the environment says of another."""
    kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in kept}
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise KnockonError(f"{folder}: git {words[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()
