"""Deletions that couple a product to growth: minimal cut sets by straindesign, in a process that can be stopped.

straindesign's own time limit does not bound its preprocessing, so the search runs in a child process that is ended
with all it started when its time is up. It searches by number of deletions, and writes what it has after each: what is
found within the time is told with how far the search came. Results are kept by product, and a search that has ended is
not run again.

Schneider et al. 2022, Bioinformatics 38:4981 (straindesign).
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from knockon.atomic import write_json
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.media import OUTSIDE
from knockon.models.designs.flux.products import outcomes

Ending = Literal["done", "limit", "failed"]


@dataclass(frozen=True)
class Question:
    """What is searched, by at most `most` deletions, within `limit` seconds.

    least_growth, least_product: shares of the wild type's growth, and of its best product at that growth. A design
    makes at least that much product wherever it grows at least that fast.
    """

    least_growth: float = 0.1
    least_product: float = 0.1
    most: int = 2
    limit: float = 60.0


@dataclass(frozen=True)
class Coupling:
    """What the search found. ending: "done", all of up to `most` deletions searched; "limit", stopped by its limit;
    "failed", with the reason in `told`. searched: the number of deletions up to which it is complete.

    designs: sets of systematic names, the smallest first; guaranteed: by design, the least product at its best growth
    by our own programs, mmol per gram of dry cells and hour.
    """

    product: str
    ending: Ending
    searched: int
    seconds: float
    designs: tuple[tuple[str, ...], ...]
    guaranteed: tuple[float, ...]
    told: str

    def explain(self) -> str:
        """One line for people."""
        best = "no design so far" if self.ending != "done" else "no design"
        if self.designs:
            best = f"{len(self.designs)} designs, the first {' '.join(self.designs[0])}"
        whole = f"complete up to {self.searched} deletions" if self.searched else "not complete even for one deletion"
        ends = {"done": "done", "limit": f"stopped by its limit of {self.seconds:.0f} s", "failed": self.told}
        return f"{self.product}: {ends[self.ending]}; {best}; {whole}"


def couple(cell: Cell, question: Question, folder: Path, product: int = 0) -> Coupling:
    """Search designs for one of a cell's products, or read what an earlier search of the same question kept.

    folder: where results are kept. A search that its limit stopped is run again only with a longer limit.
    """
    name = cell.network.metabolite_names[cell.products[product]]
    best = outcomes(cell, [()], product, question.least_growth).possible[0]
    if not best > 0:
        raise KnockonError(f"medium {cell.medium.name}: the metabolic model can't make {name} while it grows")
    task = _task(cell, question, product, float(best))
    kept = folder / f"{_mark(task)}.json"
    earlier = _read(kept)
    if earlier is not None and (earlier.ending == "done" or earlier.seconds >= question.limit):
        return earlier
    folder.mkdir(parents=True, exist_ok=True)
    found, ending, seconds, told = _search(task, folder, question.limit)
    designs = sorted((tuple(sorted(each)) for each in found["designs"]), key=lambda each: (len(each), each))
    sets = [[cell.network.gene(gene) for gene in each] for each in designs]
    guaranteed = outcomes(cell, sets, product, question.least_growth).guaranteed.tolist() if sets else []
    result = Coupling(name, ending, found["searched"], seconds, tuple(designs), tuple(guaranteed), told)
    write_json(kept, asdict(result))
    return result


def _read(path: Path) -> Coupling | None:
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return Coupling(**kept | {"designs": tuple(map(tuple, kept["designs"])), "guaranteed": tuple(kept["guaranteed"])})


def _mark(task: dict[str, Any]) -> str:
    """A name for the question, without its limit."""
    text = json.dumps({key: value for key, value in task.items() if key != "limit"}, sort_keys=True)
    return digest(np.frombuffer(text.encode(), dtype=np.uint8))


def _task(cell: Cell, question: Question, product: int, best: float) -> dict[str, Any]:
    """What the child needs: the live part of the network, the product's way out, and the thresholds."""
    network, reactions = cell.network, len(cell.network.reactions)
    out = cell.demand(product)
    name = network.metabolite_names[cell.products[product]]
    others = {
        cell.column(reaction)
        for row, reaction in network.exchanges().items()
        if network.compartments[row] == OUTSIDE and network.metabolite_names[row] == name
    }
    entries = []
    for column, place in enumerate(cell.kept.tolist()):
        if column in others or (place >= reactions and column != out):
            continue
        part = cell.matrix[:, [column]].tocoo()
        entries.append(
            {
                "id": "product" if column == out else network.reactions[place],
                "lower": float(cell.lower[column]),
                "upper": cell.limit if column == out else float(cell.upper[column]),
                "rule": "" if place >= reactions else network.rules[place],
                "parts": {f"m{row}": value for row, value in zip(part.row.tolist(), part.data.tolist(), strict=True)},
            }
        )
    return {
        "reactions": entries,
        "growth": network.reactions[int(cell.kept[cell.growth_column])],
        "least_growth": question.least_growth * cell.wild.value,
        "least_product": question.least_product * best,
        "absent": sorted(cell.medium.deleted),
        "most": question.most,
        "limit": question.limit,
    }


def _search(task: dict[str, Any], folder: Path, limit: float) -> tuple[dict[str, Any], Ending, float, str]:
    """Run the child; what it wrote last, how it ended, its seconds, and its last words where it failed."""
    asked, answer = folder / f"question-{os.getpid()}.json", folder / f"answer-{os.getpid()}.json"
    write_json(asked, task)
    started = time.monotonic()
    command = [sys.executable, "-m", "knockon.models.designs.flux.coupling_search", str(asked), str(answer)]
    try:
        with (folder / f"log-{os.getpid()}.txt").open("w+b") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            ending: Ending = "done"
            try:
                if child.wait(limit):
                    ending = "failed"
            except subprocess.TimeoutExpired:
                ending = "limit"
            finally:
                _end(child)
            log.seek(0)
            words = log.read().decode(errors="replace").strip().splitlines()
        found = json.loads(answer.read_text()) if answer.exists() else {"searched": 0, "designs": []}
    finally:
        for name in ("question", "answer", "log"):
            for path in folder.glob(f"{name}-{os.getpid()}.*"):
                path.unlink()
    told = f"the search ended with status {child.returncode}: {words[-1] if words else 'no word'}"
    return found, ending, time.monotonic() - started, told if ending == "failed" else ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it started; they are a group of their own."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
