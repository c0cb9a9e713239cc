"""yeast_sources: the pinned public files, or a simulated yeast in the same formats.

Your own files are read where they lie, by yeast_graph: a new one fetches nothing anew.
"""

from pathlib import Path
from typing import Any

import yaml

from knockon.atomic import write_text
from knockon.sources.registry import select
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = ()
PARAMS = ("yeast.source", "yeast.simulate")

_MANIFEST = "manifest.yaml"


def fetch(folder: Path) -> list[dict[str, Any]]:
    """Fetch every public file of the study that knockon reads; returns their manifest entries."""
    # By name, so that the companions of the files that are read come along.
    sources = select("yeast", [source.name for source in select("yeast") if source.format is not None])
    fetch_public(folder, "yeast", sources)
    return [source.manifest_entry() for source in sources]


def simulate(folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the simulated files; returns their manifest entries."""
    simulate_yeast(folder, SimulationSettings(**settings))
    entries: list[dict[str, Any]] = yaml.safe_load((folder / _MANIFEST).read_text())
    return entries


def main(params: Params) -> None:
    """Fill data/raw/yeast and write its manifest."""
    with raw_folder(paths.RAW) as folder:
        entries = fetch(folder) if is_public(params, "yeast") else simulate(folder, params["yeast.simulate"])
        write_text(folder / _MANIFEST, yaml.safe_dump(entries, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    run_stage(main, PARAMS)
