"""A library against one protein by `knockon screen`: new molecules, known ones, and pair by pair with `convolution`.

    python -m benchmarks.screen [--molecules 1000000] [--cold 100000] [--sample 512] [--params]

Molecules of about 28 atoms are put together from fragments; the dual network has its default sizes, or with `--params`
those of `dual_joint` in params.yaml, and drawn weights, on which no time depends. First the command screens `--cold`
molecules that its cache doesn't know. Then the cache is given drawn vectors of the others, in blocks as the command
writes them, and the command screens all `--molecules`. Last `convolution` of default sizes predicts `--sample` pairs,
from which its time for all of them is extrapolated. Seconds are printed as the clock has them and as processor time
(user and system); memory is the peak of the process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.registry import build
from knockon.models.binding.scoring import read_scorer
from knockon.models.tokens import Vocabulary
from knockon.serving.affinity import AffinityDescription, ServedAffinity, files_of, save_served
from knockon.serving.screen import CHUNK, ScreenModel
from knockon.sources.affinity.library import stream_library
from knockon.stages.affinity import paths

RINGS = ("c1ccc({0})c({1})c1", "c1cc({0})nc({1})c1", "C1CC({0})CN({1})C1", "c1sc({0})nc1{1}", "C1CCC({0})C({1})C1",
         "c1cc({0})c2[nH]c({1})cc2c1", "C1OC({0})CC1{1}", "c1nc({0})nc({1})n1")  # fmt: skip
LINKERS = ("C(=O)N", "CC", "CO", "CNC", "OCC", "CS(=O)(=O)N", "NC(=O)", "CCC")
ENDS = ("F", "Cl", "C", "OC", "C(F)(F)F", "C#N", "N(C)C", "C(=O)O", "O", "N", "CC", "C(C)C", "S(C)(=O)=O", "OCC")
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
LENGTH = 600

MODEL, LIBRARY, COLD = paths.MODELS / "dual_joint", "library.smi", "cold.smi"
Settings = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock, of processors, MB of resident memory at most."""

    wall: float
    processor: float
    memory: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s by the clock, {self.processor:.1f} s of processors, {self.memory:,.0f} MB"


def write_library(path: Path, molecules: int) -> None:
    """Distinct molecules: three rings, two linkers, four ends."""
    random = np.random.default_rng(0)
    seen: dict[str, None] = {}
    while len(seen) < molecules:
        ring = random.integers(len(RINGS), size=(molecules, 3))
        linker, end = (
            random.integers(len(LINKERS), size=(molecules, 2)),
            random.integers(len(ENDS), size=(molecules, 4)),
        )
        for (a, b, c), (one, two), (i, j, k, m) in zip(ring.tolist(), linker.tolist(), end.tolist(), strict=True):
            last = RINGS[c].format(ENDS[k], ENDS[m])
            middle = RINGS[b].format(ENDS[j], LINKERS[two] + last.replace("2", "6").replace("1", "5"))
            text = RINGS[a].format(ENDS[i], LINKERS[one] + middle.replace("2", "4").replace("1", "3"))
            seen[text] = None
    path.write_text("".join(f"{text} M{number:08d}\n" for number, text in enumerate(list(seen)[:molecules])))


def model_of(kind: str, settings: Settings, ligands: tuple[str, ...], protein: str) -> tuple[NetworkModel, Pairs]:
    """A model with drawn weights, and one pair of each ligand with the protein."""
    none = np.zeros(len(ligands), dtype=np.int64)
    values = np.random.default_rng(0).normal(6, 1, len(ligands))
    pairs = Pairs(ligands, (protein,), np.arange(len(ligands)), none, values, none.astype(np.int8))
    model = build(kind, settings, {})
    assert isinstance(model, NetworkModel)
    model.vocabularies = Vocabulary.of_smiles(ligands), Vocabulary.of_proteins()
    model.module = model._module(pairs, seed=0)
    return model, pairs


def prepare(clone: Path, molecules: int, cold: int, sample: int, settings: Settings) -> tuple[tuple[str, ...], str]:
    """A clone with a served dual network, target and libraries; the first ligands and the protein."""
    folder = clone / MODEL
    folder.mkdir(parents=True)
    (clone / "dvc.yaml").touch()
    protein = "".join(np.random.default_rng(2).choice(list(RESIDUES), LENGTH))
    (clone / "target.fasta").write_text(f">target\n{protein}\n")
    write_library(clone / LIBRARY, molecules)
    lines = (clone / LIBRARY).read_text().splitlines(keepends=True)
    (clone / COLD).write_text("".join(lines[:cold]))
    ligands = tuple(line.split()[0] for line in lines[:sample])
    dual, pairs = model_of("dual", settings, ligands, protein)
    told = AffinityDescription("dual_joint", "dual", settings, {}, "pK", "drawn", "none", {})
    save_served(folder, ServedAffinity(told, dual, pairs))
    return ligands, protein


# The peak that a parent is told of a child begins with the parent's own memory.
COMMAND = """
import re
from pathlib import Path
from knockon.commands.main import main
try:
    main()
finally:
    Path("peak").write_text(re.search(r"VmHWM:\\s*([0-9]+)", Path("/proc/self/status").read_text())[1])
"""


def command(clone: Path, library: str) -> Cost:
    """Run the screen in a process of its own."""
    words = ["screen", "--protein", "target.fasta", "--ligands", library, "--top", "100", "--out", "hits.csv"]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *words], cwd=clone)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the screen failed")
    peak = int((clone / "peak").read_text()) / 1024
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, peak)


def fill(clone: Path, settings: Settings) -> None:
    """Give the cache drawn vectors of the molecules that it lacks."""
    scorer = read_scorer(files_of(clone / MODEL), settings)
    model = ScreenModel(scorer, _none, clone / paths.VECTORS)
    random = np.random.default_rng(1)
    for block in stream_library(clone / LIBRARY):
        digests = block.smiles.digests()
        missing = digests[model.ligands.find(digests) < 0]
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            vectors = random.normal(size=(len(part), scorer.sizes.projection)).astype(np.float32)
            model.ligands.append(part, vectors, [""] * len(part))


def _none() -> NetworkModel:
    raise AssertionError("no text is new")


def main() -> None:
    """Print all costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molecules", type=int, default=1_000_000)
    parser.add_argument("--cold", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=512)
    parser.add_argument("--params", action="store_true")
    asked = parser.parse_args()
    settings: Settings = {}
    if asked.params:
        settings = yaml.safe_load(Path("params.yaml").read_text())["affinity"]["models"]["dual_joint"]["settings"]
    with tempfile.TemporaryDirectory(prefix="knockon-screen-") as name:
        clone = Path(name)
        ligands, protein = prepare(clone, asked.molecules, asked.cold, asked.sample, settings)
        print(
            f"load {os.getloadavg()[0]:.1f}; {os.environ.get('OMP_NUM_THREADS', 'any number of')} threads", flush=True
        )
        cold = command(clone, COLD)
        print(f"{asked.cold:,} new molecules: {cold}", flush=True)
        fill(clone, settings)
        load = os.getloadavg()[0]
        every = sorted((command(clone, LIBRARY) for _ in range(5)), key=lambda cost: cost.wall)
        warm = every[2]
        print(
            f"{asked.molecules:,} known molecules, median of five: {warm}; from {every[0].wall:.1f} to "
            f"{every[-1].wall:.1f} s; load {load:.1f} before, {os.getloadavg()[0]:.1f} after",
            flush=True,
        )
        slow, pairs = model_of("convolution", {}, ligands, protein)
        wall, processor = time.perf_counter(), time.process_time()
        slow.predict(pairs)
        each = (time.perf_counter() - wall) / len(pairs), (time.process_time() - processor) / len(pairs)
    print(
        f"convolution, pair by pair: {1000 * each[0]:.1f} ms a pair by the clock, {1000 * each[1]:.1f} ms of "
        f"processors ({len(pairs)} pairs); extrapolated to {asked.molecules:,}: {each[1] * asked.molecules:,.0f} s, "
        f"{each[1] * asked.molecules / warm.processor:,.0f} times the screen of known molecules, "
        f"{each[1] * asked.cold / cold.processor:.1f} times that of new ones"
    )


if __name__ == "__main__":
    main()
