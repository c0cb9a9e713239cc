"""The offline demo: a copy of the repository in a folder of its own, on simulated data, the studies side by side.

The committed dvc.lock, metrics and plots of the real data are never touched: the copy has its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from knockon.commands.demo_repository import commit_all
from knockon.errors import KnockonError
from knockon.progress import console

OVERRIDES = Path("configs/demo.yaml")
LOGS = Path("logs")
_GENERATED = ("dvc.lock", "metrics", "plots")


def demo(
    directory: Annotated[Path, typer.Option(help="Where the demo's copy of the repository is made.")] = Path("demo"),
) -> None:
    """Run the whole pipeline on simulated data, offline, apart from the committed results."""
    from knockon.commands.results import show_results

    run_demo(Path.cwd(), directory)
    show_results(directory)
    propose_strains(directory)


def propose_strains(folder: Path) -> None:
    """Ask the demo's models which strains to build, as a person would: a list and a page in `folder`/reports."""
    from knockon.commands.design import design

    console.print("[bold]knockon design[/] --maximise betaxanthin --knockouts 2 --min-fitness 0.8 --batch 10")
    design(
        maximise="betaxanthin",
        min_fitness="0.8",
        batch="10",
        out=folder / "reports" / "designs.csv",
        report=folder / "reports" / "designs.html",
        directory=folder,
    )


def tracked_files(root: Path) -> list[Path]:
    """Files of the working tree that git tracks, or would: relative paths, sorted. Raises KnockonError without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    except FileNotFoundError as error:
        raise KnockonError("git is missing: install git and run the demo again") from error
    except subprocess.CalledProcessError as error:
        raise KnockonError(f"{root} is not a git clone: {error.stderr.decode().strip()}") from error
    return sorted(Path(name) for name in listed.split("\0") if name and (root / name).is_file())


def merged(tree: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """`tree` with the leaves of `overrides` in place of its own, and what it lacks beside them."""
    result = dict(tree)
    for name, value in overrides.items():
        both = isinstance(value, dict) and isinstance(tree.get(name), dict)
        result[name] = merged(tree[name], value) if both else value
    return result


def prepare(root: Path, folder: Path, overrides: dict[str, Any]) -> None:
    """Copy the repository's files into `folder`, set its params and commit both; what an earlier run left is kept.

    Raises KnockonError where the overrides, or the params that they change, are none that params.yaml may hold.
    """
    import yaml

    from knockon.stages.params_file import PARAMS_FILE, checked, checked_file

    params = checked(merged(checked_file(root / PARAMS_FILE), overrides), f"{OVERRIDES} over {PARAMS_FILE}")
    inside = folder.resolve()
    for name in tracked_files(root):
        if name.parts[0] in _GENERATED or (root / name).resolve().is_relative_to(inside):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, folder / name)
    (folder / PARAMS_FILE).write_text(yaml.safe_dump(params, sort_keys=False))
    # Of demos by earlier versions, which told DVC to look for no git repository.
    (folder / ".dvc" / "config.local").unlink(missing_ok=True)
    commit_all(folder, "The demo: code and params", f"/{LOGS}/")


def run_demo(root: Path, folder: Path) -> None:
    """Prepare the copy and run the whole pipeline in it. Raises KnockonError where a stage fails."""
    from knockon.commands.plan import read_plan
    from knockon.commands.side_by_side import run_side_by_side
    from knockon.stages.params_file import read_yaml

    if not (root / OVERRIDES).is_file():
        raise KnockonError(
            f"{root} is no clone of knockon: it has no {OVERRIDES}; clone the repository and run the demo at its root"
        )
    overrides = read_yaml(root / OVERRIDES)
    console.print(f"[bold]knockon demo[/]: simulated data, every study, in {folder}/")
    prepare(root, folder, overrides)
    run_side_by_side(read_plan(folder), folder, folder / LOGS, stage_environment())
    commit_all(folder, "The demo: results")


def stage_environment() -> dict[str, str]:
    """The environment in which the demo's stages run."""
    # The venv's own dvc and python, also where the venv is not activated.
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": search, "PYTHONHASHSEED": "0"}
    # Three dozen processes import the same libraries. Where Python may not write bytecode (containers say so) each of
    # them compiles them anew, four seconds of processor time a stage; here only the first one does.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment
