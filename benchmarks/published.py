"""The autoencoder of whole transcriptomes at its published size: memory, seconds a step, samples/s, and its store.

    [THP_MEM_ALLOC_ENABLE=1] python -m benchmarks.published step [--processes 2] [--states bf16] [--checkpoint]
    python -m benchmarks.published speed [--genes 5000] [--widths 128 50]
    python -m benchmarks.published store [--samples 100000]
    python -m benchmarks.published states [--widths 128 50]

step: real steps of the engine on random samples of 19,383 genes, 1,179,408,383 parameters unless other sizes are
given, and the peak resident memory of every process. It ends itself before the machine runs out of memory.
speed: the engine on a store beside torch as it comes, on the same HDF5 of ARCHS4's form, in processes of their own that
take turns. store: how fast it is written and read beside the disk; removed afterwards. states: what moments in bfloat16
cost in validation error, on the first fold of the real study (in a clone in which `cellstate_split` has run).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import nn

from knockon.arrays import Matrix
from knockon.dataset.cellstate.scaling import Scaling
from knockon.dataset.cellstate.splits import sides
from knockon.dataset.cellstate.store import ExpressionStore, write_store
from knockon.models.cells.autoencoder import AutoencoderModel, AutoencoderSizes
from knockon.models.cells.network import Autoencoder, LinearSkip, ScoredAutoencoder
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.cells.sharded import part_into_blocks
from knockon.sources.cellstate.archs4 import Archs4
from knockon.stages.cellstate import paths
from knockon.training.launch import start
from knockon.training.loop import TrainingRun
from knockon.training.memory import peak_memory_mb
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.sharded_run import ShardedRun
from knockon.training.sharding import ShardedProcesses, Sharding
from knockon.training.trackers import TrackerSettings

PUBLISHED = (20_000, 8_000, 4_000, 2_000, 1_000)
GENES = 19_383
CPU = torch.device("cpu")


def keep_the_machine(least_gb: float) -> None:
    """End this process where the machine has less memory left than this, before the kernel ends another."""

    def watch() -> None:
        while True:
            told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
            if int(told["MemAvailable"].split()[0]) * 1024 < least_gb * 1e9:
                print(f"less than {least_gb} GB of memory are left on this machine: stopped", flush=True)
                os._exit(3)
            time.sleep(0.05)

    threading.Thread(target=watch, daemon=True).start()


def compendium(values: Matrix) -> Transcriptomes:
    """All samples train; none validates."""
    names = tuple(f"sample{number}" for number in range(len(values)))
    return Transcriptomes(values, names, np.arange(len(values)), np.arange(0))


def settings_of(batch: int, processes: int = 1) -> TrainingSettings:
    """Of a run that saves nothing by itself: two batches are an epoch here, and each epoch saves a checkpoint."""
    return TrainingSettings(
        max_steps=100_000, batch_size=batch, learning_rate=1e-4, checkpoint_steps=10**6, processes=processes,
        device="cpu",
    )  # fmt: skip


def model_of(
    data: Transcriptomes, widths: tuple[int, ...], sharding: Sharding
) -> tuple[AutoencoderModel, ScoredAutoencoder]:
    """A model and its module, which has no memory yet where it is sharded."""
    model = AutoencoderModel(AutoencoderSizes(widths), {}, sharding)
    model.scaling = Scaling.fit(data.values, data.train)
    with torch.device("meta" if sharding.sharded else "cpu"):
        return model, model._module(data.values.shape[1])


def engine(
    data: Transcriptomes, widths: tuple[int, ...], settings: TrainingSettings, sharding: Sharding, folder: Path
) -> TrainingRun:
    """A run of the engine that has not begun."""
    model, module = model_of(data, widths, sharding)
    task = model._task(module, data)
    if not sharding.sharded:
        return TrainingRun(task, settings, folder, TrackerSettings(), Processes(settings))
    assert isinstance(module.network, Autoencoder | LinearSkip)
    part_into_blocks(module.network, sharding)
    processes = ShardedProcesses(settings)
    processes.spread(module, module.network, settings.seed)
    return ShardedRun(task, settings, sharding, folder, TrackerSettings(), processes)


def take_steps(run: TrainingRun, steps: int) -> None:
    """Loading and update and all."""
    for _ in range(steps):
        run._step(False)


def peaks(run: TrainingRun) -> str:
    """Peak resident memory of every process so far."""
    own = torch.tensor([peak_memory_mb(CPU) / 1e3], device=run.processes.device)
    return " and ".join(f"{value:.2f} GB" for value in run.processes.gather(own).tolist())


def step(arguments: argparse.Namespace) -> None:
    """Print memory and seconds a step."""
    start(arguments.processes)
    torch.set_num_threads(arguments.threads or max(1, 2 // arguments.processes))
    keep_the_machine(arguments.least)
    widths = tuple(arguments.widths or PUBLISHED)
    values = np.random.default_rng(1).gamma(2, 2, (2 * arguments.batch, arguments.genes)).astype(np.float32)
    settings = settings_of(arguments.batch, arguments.processes)
    sharding = Sharding(True, arguments.recompute, arguments.states)
    with tempfile.TemporaryDirectory(prefix="knockon-published-", dir=arguments.folder) as scratch:
        # Every process sees the same folder.
        folder = Path(arguments.folder or scratch) / f"published-{os.environ.get('MASTER_PORT', os.getpid())}"
        run = engine(compendium(values), widths, settings, sharding, folder)
        count = sum(parameter.numel() for parameter in run.task.module.parameters())
        title = f"{count:,} parameters, batch {arguments.batch}, moments {arguments.states}"
        say(run, f"{title}, {run.processes.count} processes of {torch.get_num_threads()} threads: peak {peaks(run)}")
        for _ in range(arguments.steps):
            begun = now()
            take_steps(run, 1)
            clock, processor = since(begun, 1)
            say(run, f"a step in {clock:.1f} s, {processor:.1f} s of a process's processors, peak {peaks(run)}")
        if arguments.checkpoint:
            at = time.perf_counter()
            run._save()
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
            say(run, f"checkpoint of {size:.2f} GB in {time.perf_counter() - at:.0f} s, peak {peaks(run)}")
        if run.processes.is_main:
            remove(folder)


def say(run: TrainingRun, line: str) -> None:
    """Print it once; `line` was made by all processes."""
    if run.processes.is_main:
        print(line, flush=True)


def remove(folder: Path) -> None:
    """What a run has left."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()


def write_hdf5(path: Path, samples: int, genes: int) -> None:
    """Reads in ARCHS4's form and chunks, from three hidden states and noise."""
    import h5py

    random = np.random.default_rng(1)
    states, loadings = random.normal(size=(samples, 3)), random.normal(size=(3, genes))
    reads = random.poisson(np.exp2(random.normal(5, 2, genes) + states @ loadings + random.normal(size=(samples, 1))))
    with h5py.File(path, "w") as file:
        chunks = (min(genes, 2000), 1)
        file.create_dataset("/data/expression", data=reads.T.astype(np.uint32), chunks=chunks, compression=1)
        file["meta/genes/symbol"] = np.array([f"G{gene}" for gene in range(genes)], dtype="S")
        file["meta/samples/geo_accession"] = np.array([f"S{sample}" for sample in range(samples)], dtype="S")
        file["meta/samples/series_id"] = np.array([f"T{sample // 10}" for sample in range(samples)], dtype="S")


class Columns(torch.utils.data.Dataset[torch.Tensor]):
    """The obvious way to read: a column of the HDF5 a sample."""

    def __init__(self, path: Path) -> None:
        import h5py

        self.file = h5py.File(path, "r")
        self.values = self.file["/data/expression"]

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def __getitem__(self, row: int) -> torch.Tensor:
        return torch.log2(torch.from_numpy(self.values[:, row].astype(np.float32)) + 1)


def now() -> tuple[float, float]:
    """Of the clock and of this process's processors."""
    return time.perf_counter(), time.process_time()


def since(begun: tuple[float, float], samples: int) -> tuple[float, float]:
    """Seconds and processor seconds of a sample."""
    clock, processor = now()
    return (clock - begun[0]) / samples, (processor - begun[1]) / samples


def obvious(path: Path, widths: tuple[int, ...], batch: int, steps: int) -> tuple[float, float]:
    """Seconds and processor seconds of a sample with torch as it comes; the first step is not counted."""
    data = Columns(path)
    loader = torch.utils.data.DataLoader(data, batch, shuffle=True, drop_last=True)
    network = Autoencoder(int(data.values.shape[0]), widths)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    done, begun = -1, now()
    while done < steps:
        for values in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(network(values), values).backward()
            optimizer.step()
            done += 1
            if done == 0:
                begun = now()
            if done == steps:
                break
    return since(begun, batch * steps)


WAYS = {
    "obvious": {},
    "knockon": {},
    "knockon, huge pages": {"THP_MEM_ALLOC_ENABLE": "1"},
    "knockon in blocks": {},
    "knockon in blocks, bf16 moments": {},
}
"""Ways to train, and what each has in its environment: torch takes large memory in pages of 2 MB if asked to."""


def speed_of(way: str, arguments: argparse.Namespace) -> tuple[float, float]:
    """Seconds and processor seconds of a sample, in this process."""
    torch.set_num_threads(arguments.threads)
    widths, folder = tuple(arguments.widths), Path(arguments.folder)
    if way == "obvious":
        return obvious(folder / "compendium.h5", widths, arguments.batch, arguments.steps)
    settings = settings_of(arguments.batch)
    data = compendium(ExpressionStore(folder / "store").values)
    sharding = Sharding("blocks" in way, states="bf16" if "bf16" in way else "float32")
    run = engine(data, widths, settings, sharding, folder / "runs" / way)
    take_steps(run, 1)
    begun = now()
    take_steps(run, arguments.steps)
    return since(begun, arguments.batch * arguments.steps)


def speed(arguments: argparse.Namespace) -> None:
    """Print samples/s of all ways, and processor time: where others use the cores, that is what compares."""
    if arguments.way:
        print(*speed_of(arguments.way, arguments))
        return
    with tempfile.TemporaryDirectory(prefix="knockon-published-", dir=arguments.folder) as scratch:
        folder = Path(scratch)
        write_hdf5(folder / "compendium.h5", arguments.samples, arguments.genes)
        begun = time.perf_counter()
        file = Archs4(folder / "compendium.h5")
        blocks = (np.log2(block.values + 1) for block in file.blocks())
        samples = pa.table({"sample": list(file.samples), "study": list(file.studies)})
        write_store(folder / "store", pa.table({"gene": list(file.genes)}), samples, blocks, "counts")
        print(f"HDF5 of {len(file.samples):,} × {len(file.genes):,} to a store: {time.perf_counter() - begun:.1f} s")
        # By turns, so that what else the machine does meets all alike.
        found = [{way: in_a_child(way, folder, arguments) for way in WAYS} for _ in range(3)]
    with torch.device("meta"):
        count = sum(each.numel() for each in Autoencoder(arguments.genes, tuple(arguments.widths)).parameters())
    print(f"{count:,} parameters, batch {arguments.batch}, {arguments.threads} threads; medians of three")
    medians = {way: np.median([each[way] for each in found], axis=0) for way in WAYS}
    for way, (clock, processor) in medians.items():
        times = medians["obvious"] / (clock, processor)
        print(
            f"{way}: {1 / clock:.1f} samples/s, {times[0]:.2f} times; "
            f"{processor * 1e3:.1f} ms of processor time a sample, {times[1]:.2f} times", flush=True,
        )  # fmt: skip


def in_a_child(way: str, folder: Path, arguments: argparse.Namespace) -> tuple[float, ...]:
    """Seconds and processor seconds of a sample, in a process of its own."""
    numbers = ("genes", "samples", "steps", "threads", "batch")
    options = [word for name in numbers for word in (f"--{name}", str(getattr(arguments, name)))]
    widths = ["--widths", *(str(width) for width in arguments.widths)]
    command = [sys.executable, "-m", "benchmarks.published", "speed", "--way", way, "--folder", str(folder)]
    ended = subprocess.run(
        [*command, *options, *widths], env=os.environ | WAYS[way], capture_output=True, text=True, check=True
    )
    return tuple(float(word) for word in ended.stdout.split()[-2:])


def count_blocks(samples: int, genes: int) -> Iterator[Matrix]:
    """Blocks of log2(reads + 1) that differ; drawing every read anew would take longer than to write them."""
    reads = np.random.default_rng(1).negative_binomial(1, 0.01, (512, genes)).astype(np.float32)
    for first in range(0, samples, 512):
        yield np.log2(np.roll(reads, first // 512, axis=1)[: samples - first] + 1)


def forgotten(path: Path) -> None:
    """Write the file out and take it out of the page cache."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def raw_speed(path: Path) -> float:
    """MB/s of reading a file from the disk from end to end, in pieces of 8 MB."""
    forgotten(path)
    buffer, begun, size = bytearray(8_000_000), time.perf_counter(), 0
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(buffer):
            size += read
    return size / 1e6 / (time.perf_counter() - begun)


def store_speed(folder: Path, order: np.ndarray, batch: int) -> float:
    """MB/s of reading samples in an order, batch by batch, from the disk."""
    forgotten(folder / "values.f32")
    found, begun, size = ExpressionStore(folder), time.perf_counter(), 0
    for first in range(0, len(order), batch):
        size += found.take(order[first : first + batch]).nbytes
    return size / 1e6 / (time.perf_counter() - begun)


def store(arguments: argparse.Namespace) -> None:
    """Print seconds and memory of writing, and MB/s of reading beside the disk's."""
    with tempfile.TemporaryDirectory(prefix="knockon-published-", dir=arguments.folder) as scratch:
        folder, samples = Path(scratch) / "store", arguments.samples
        genes = pa.table({"gene": [f"G{gene}" for gene in range(arguments.genes)]})
        names = pa.table({"sample": [f"S{each}" for each in range(samples)], "study": ["one"] * samples})
        begun = time.perf_counter()
        write_store(folder, genes, names, count_blocks(samples, arguments.genes), "counts")
        forgotten(folder / "values.f32")
        size = (folder / "values.f32").stat().st_size / 1e9
        print(
            f"{samples:,} × {arguments.genes:,}: {size:.2f} GB on the disk in {time.perf_counter() - begun:.0f} s, "
            f"peak memory {peak_memory_mb(CPU) / 1e3:.2f} GB",
            flush=True,
        )
        rows, shuffled = np.arange(samples), np.random.default_rng(1).permutation(samples)
        raw = raw_speed(folder / "values.f32")
        for name, order in (("in order", rows), ("shuffled", shuffled)):
            rate = store_speed(folder, order, arguments.batch)
            print(f"read {name}: {rate:.0f} MB/s, {rate / raw:.2f} of the disk's {raw:.0f}", flush=True)


def states(arguments: argparse.Namespace) -> None:
    """Print the validation error of both kinds of moments, and of the engine without blocks."""
    torch.set_num_threads(1)
    found, folds = ExpressionStore(paths.STORE), pq.read_table(paths.SPLITS)["study"].to_numpy()
    parts = sides(folds, 0)
    data = Transcriptomes(found.values, tuple(found.samples["sample"].to_pylist()), parts.train, parts.validation)
    ways = {"without blocks": Sharding(), "float32": Sharding(True), "bf16": Sharding(True, states="bf16")}
    training = {"max_steps": arguments.steps, "batch_size": 64, "warmup_steps": 10, "validation_steps": 40}
    training |= {"learning_rate": 0.001, "checkpoint_steps": 10**6, "device": "cpu"}
    for seed in (1, 2, 3):
        told = []
        for name, sharding in ways.items():
            with tempfile.TemporaryDirectory(prefix="knockon-published-") as scratch:
                model = AutoencoderModel(AutoencoderSizes(tuple(arguments.widths)), training, sharding)
                model.fit(data, seed, Path(scratch) / "run")
                best = min(line["validation_mse"] for line in model.history if "validation_mse" in line)
                told.append(f"{name} {best:.6f}")
        print(f"seed {seed}: validation error {', '.join(told)}", flush=True)


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("step", "speed", "store", "states"))
    for name, kind in (("genes", int), ("samples", int), ("steps", int), ("processes", int), ("threads", int)):
        parser.add_argument(f"--{name}", type=kind)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--widths", type=int, nargs="+")
    parser.add_argument("--states", choices=("float32", "bf16"), default="float32")
    parser.add_argument("--recompute", action="store_true", help="activations are computed again, not kept")
    parser.add_argument("--checkpoint", action="store_true", help="save one, too")
    parser.add_argument("--least", type=float, default=0.8, help="GB of the machine's memory that must stay free")
    parser.add_argument("--way", choices=tuple(WAYS), help="in this process, on the files in --folder; else all")
    parser.add_argument("--folder", help="where large files go; the system's for temporary ones otherwise")
    arguments = parser.parse_args()
    defaults = {
        "step": {"genes": GENES, "steps": 3, "processes": 1},
        "speed": {
            **{"genes": 5_000, "samples": 2_000, "steps": 10, "threads": 2},
            "widths": [5_000, 2_000, 1_000, 500, 250],
        },
        "store": {"genes": GENES, "samples": 100_000},
        "states": {"steps": 400, "widths": [128, 50]},
    }[arguments.part]
    for name, value in defaults.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    {"step": step, "speed": speed, "store": store, "states": states}[arguments.part](arguments)


if __name__ == "__main__":
    main()
