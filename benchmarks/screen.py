"""A library against one protein by `knockon screen`: new molecules, known ones, and pair by pair with `convolution`.

    python -m benchmarks.screen [--molecules 1000000] [--cold 100000] [--sample 512]

Molecules of about 28 atoms are put together from fragments; the dual network has its default sizes and drawn weights, on
which no time depends. First the command screens `--cold` molecules that its cache doesn't know. Then the cache is given
drawn vectors of the others, in blocks as the command writes them, and the command screens all `--molecules`. Last
`convolution` of default sizes predicts `--sample` pairs, from which its time for all of them is extrapolated.
Seconds are printed as the clock has them and as processor time (user and system); memory is the peak of the process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.registry import build
from knockon.models.binding.scoring import read_scorer
from knockon.models.binding.tokens import Vocabulary
from knockon.serving.affinity import AffinityDescription, ServedAffinity, files_of, save_served
from knockon.serving.screen import CHUNK, ScreenModel
from knockon.sources.affinity.library import stream_library

RINGS = ("c1ccc({0})c({1})c1", "c1cc({0})nc({1})c1", "C1CC({0})CN({1})C1", "c1sc({0})nc1{1}", "C1CCC({0})C({1})C1",
         "c1cc({0})c2[nH]c({1})cc2c1", "C1OC({0})CC1{1}", "c1nc({0})nc({1})n1")  # fmt: skip
LINKERS = ("C(=O)N", "CC", "CO", "CNC", "OCC", "CS(=O)(=O)N", "NC(=O)", "CCC")
ENDS = ("F", "Cl", "C", "OC", "C(F)(F)F", "C#N", "N(C)C", "C(=O)O", "O", "N", "CC", "C(C)C", "S(C)(=O)=O", "OCC")
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
LENGTH = 600


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
        linker, end = random.integers(len(LINKERS), size=(molecules, 2)), random.integers(len(ENDS), size=(molecules, 4))
        for (a, b, c), (one, two), (i, j, k, m) in zip(ring.tolist(), linker.tolist(), end.tolist(), strict=True):
            last = RINGS[c].format(ENDS[k], ENDS[m])
            middle = RINGS[b].format(ENDS[j], LINKERS[two] + last.replace("2", "6").replace("1", "5"))
            text = RINGS[a].format(ENDS[i], LINKERS[one] + middle.replace("2", "4").replace("1", "3"))
            seen[text] = None
    path.write_text("".join(f"{text} M{number:08d}\n" for number, text in enumerate(list(seen)[:molecules])))


def model_of(kind: str, ligands: tuple[str, ...], proteins: tuple[str, ...]) -> tuple[NetworkModel, Pairs]:
    """A model of default sizes with drawn weights, and one pair of each ligand with the first protein."""
    none = np.zeros(len(ligands), dtype=np.int64)
    values = np.random.default_rng(0).normal(6, 1, len(ligands))
    pairs = Pairs(ligands, proteins, np.arange(len(ligands)), none, values, none.astype(np.int8))
    model = build(kind, {}, {})
    assert isinstance(model, NetworkModel)
    model.vocabularies = Vocabulary.of_smiles(ligands), Vocabulary.of_proteins()
    model.module = model._module(pairs, seed=0)
    return model, pairs


def command(clone: Path, library: Path) -> Cost:
    """Run the screen in a process of its own."""
    words = ["screen", "--protein", "target.fasta", "--ligands", str(library), "--top", "100", "--out", "hits.csv"]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "knockon.commands.main", *words], cwd=clone)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the screen failed")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def fill(clone: Path, library: Path) -> None:
    """Give the cache drawn vectors of the molecules that it lacks."""
    folder = clone / "models/affinity/dual_joint"
    model = ScreenModel(read_scorer(files_of(folder), {}), lambda: None, clone / "data/cache/affinity")
    random = np.random.default_rng(1)
    for block in stream_library(library):
        digests = block.smiles.digests()
        missing = digests[model.ligands.find(digests) < 0]
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            vectors = random.normal(size=(len(part), model.scorer.sizes.projection)).astype(np.float32)
            model.ligands.append(part, vectors, [""] * len(part))


def main() -> None:
    """Print all costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molecules", type=int, default=1_000_000)
    parser.add_argument("--cold", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=512)
    arguments = parser.parse_args()
    protein = "".join(np.random.default_rng(2).choice(list(RESIDUES), LENGTH))
    with tempfile.TemporaryDirectory(prefix="knockon-screen-") as name:
        clone, library = Path(name), Path(name) / "library.smi"
        folder = clone / "models/affinity/dual_joint"
        folder.mkdir(parents=True)
        (clone / "dvc.yaml").touch()
        (clone / "target.fasta").write_text(f">target\n{protein}\n")
        write_library(library, arguments.molecules)
        lines = library.read_text().splitlines(keepends=True)
        (clone / "cold.smi").write_text("".join(lines[: arguments.cold]))
        sample = tuple(line.split()[0] for line in lines[: arguments.sample])
        dual, pairs = model_of("dual", sample, (protein,))
        told = AffinityDescription("dual_joint", "dual", {}, {}, "pK", "drawn", "none", {})
        save_served(folder, ServedAffinity(told, dual, pairs))
        print(f"load {os.getloadavg()[0]:.1f}; {os.environ.get('OMP_NUM_THREADS', 'any number of')} threads", flush=True)
        cold = command(clone, Path("cold.smi"))
        print(f"{arguments.cold:,} new molecules: {cold}", flush=True)
        fill(clone, library)
        warm = command(clone, library)
        print(f"{arguments.molecules:,} known molecules: {warm}", flush=True)
        slow, pairs = model_of("convolution", sample, (protein,))
        wall, processor = time.perf_counter(), time.process_time()
        slow.predict(pairs)
        each = (time.perf_counter() - wall) / len(pairs), (time.process_time() - processor) / len(pairs)
        print(
            f"convolution, pair by pair: {1000 * each[0]:.1f} ms a pair by the clock, {1000 * each[1]:.1f} ms of "
            f"processors ({len(pairs)} pairs); for {arguments.molecules:,} extrapolated {each[1] * arguments.molecules:,.0f} s "
            f"of processors, {each[1] * arguments.molecules / warm.processor:,.0f} times the screen of known molecules, "
            f"{each[1] * arguments.cold / cold.processor:.1f} times that of new ones"
        )


if __name__ == "__main__":
    main()
