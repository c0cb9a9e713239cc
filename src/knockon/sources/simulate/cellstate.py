"""A planted regulatory network, and the transcriptomes of cells under it, in ARCHS4's form at any size.

The logarithm of a gene's level is its own mean, plus what each of its regulators' activities adds, plus products of
the activities of *cooperative pairs*. Activities differ between cell types and conditions; a knock-out sets its
regulator's to the floor, and wakes a stress program that every knock-out shares: what usually changes. Studies shift
every gene (batch effects), replicates scatter, and reads are counted.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.atomic import atomic_directory, write_parquet, write_text
from knockon.errors import KnockonError

COMPENDIUM, NETWORK = "compendium.h5", "TRN.csv"

# Reads of a sample, and the activity that a knocked-out regulator has.
_DEPTH, _FLOOR = 2e6, -2.0
_PER_CONDITION = 2
_STRESSED = 0.03
_SINGLE_CELLS = 0.02


@dataclass(frozen=True)
class CellSimulation:
    """Sizes and noise. genes: all, regulators among them. regulon: genes of a regulator, on average. pairs: cooperative
    pairs of regulators. studies, conditions: of each study; two replicates a condition, and as many of a knock-out in
    it. types: cell types. noise: standard deviation of a replicate, log2; batch: of a study.
    """

    genes: int = 600
    regulators: int = 30
    regulon: int = 20
    pairs: int = 6
    studies: int = 12
    conditions: int = 5
    types: int = 3
    noise: float = 0.15
    batch: float = 0.2
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes of which no network can be made. Raises KnockonError."""
        if not 50 <= self.genes <= 100_000 or not 4 <= self.regulators <= self.genes // 5:
            raise KnockonError("simulated cells: genes must lie in 50 … 100,000 and regulators in 4 … a fifth of them")
        if not 1 <= self.regulon <= self.genes // 2 or not 0 <= self.pairs <= self.regulators // 2:
            raise KnockonError("simulated cells: regulon must lie in 1 … genes / 2 and pairs in 0 … regulators / 2")
        if self.studies < 3 or self.conditions < 1 or self.types < 1:
            raise KnockonError("simulated cells: at least 3 studies, 1 condition and 1 cell type are needed")
        if min(self.noise, self.batch, self.seed) < 0:
            raise KnockonError("simulated cells: noise, batch and seed must not be negative")


@dataclass(frozen=True)
class Network:
    """weights: float64 (regulators, genes), log2 by unit of activity, 0 where there is no edge. pairs: int64 (pairs,
    2), regulators. joint: float64 (pairs, genes). stress: float64 (genes,), what any knock-out adds.
    """

    weights: Values
    pairs: Integers
    joint: Values
    stress: Values

    def levels(self, activity: Values) -> Values:
        """log2 levels about the genes' means, (samples, genes), from activities (samples, regulators)."""
        product = activity[:, self.pairs[:, 0]] * activity[:, self.pairs[:, 1]]
        return activity @ self.weights + product @ self.joint


def plant(settings: CellSimulation) -> Network:
    """Draw the network. The first genes are the regulators."""
    random = np.random.default_rng([settings.seed, 1])
    shape = (settings.regulators, settings.genes)
    sizes = random.normal(0.8, 0.25, shape).clip(0.2) * np.where(random.random(shape) < 0.7, 1, -1)
    weights = sizes * (random.random(shape) < settings.regulon / settings.genes)
    pairs = random.permutation(settings.regulators)[: 2 * settings.pairs].reshape(-1, 2)
    chosen = random.random((settings.pairs, settings.genes)) < settings.regulon / settings.genes
    joint = np.where(chosen, random.normal(0, 0.5, chosen.shape), 0.0)
    stress = np.where(random.random(settings.genes) < _STRESSED, random.normal(1.2, 0.4, settings.genes), 0.0)
    return Network(weights, pairs.astype(np.int64), joint, stress)


@dataclass(frozen=True)
class _Samples:
    """studies: int64 (samples,). activity: float64 (samples, regulators). stressed: float64 (samples,), how much the
    stress program is awake. about: ARCHS4's characteristics of each.
    """

    studies: Integers
    activity: Values
    stressed: Values
    about: list[str]


def _draw_samples(settings: CellSimulation, genes: list[str]) -> _Samples:
    """In each condition of each study: replicates of the wild type, and of one knock-out."""
    random = np.random.default_rng([settings.seed, 2])
    kinds = random.normal(0, 0.8, (settings.types, settings.regulators))
    studies, activity, stressed, about = [], [], [], []
    for study in range(settings.studies):
        kind = int(random.integers(settings.types))
        for condition in range(settings.conditions):
            state = kinds[kind] + random.normal(0, 0.6, settings.regulators)
            # Every regulator has its turn; each second study knocks out two at once.
            first = (study * settings.conditions + condition) % settings.regulators
            lost = [first, (first + 1) % settings.regulators] if study % 4 == 3 else [first]
            for gone in ([], lost):
                for _ in range(_PER_CONDITION):
                    own = state + random.normal(0, 0.1, settings.regulators)
                    own[gone] = _FLOOR
                    studies.append(study)
                    activity.append(own)
                    stressed.append(random.gamma(4, 0.25) if gone else 0.0)
                    genotype = " ".join(genes[each] for each in gone) + " knock-out" if gone else "wild type"
                    about.append(f"genotype: {genotype},cell type: type{kind},condition: c{condition}")
    return _Samples(np.array(studies), np.array(activity), np.array(stressed), about)


def _reads(settings: CellSimulation, network: Network, samples: _Samples) -> Integers:
    """Counted reads, (samples, genes): a regulator that is knocked out has none."""
    random = np.random.default_rng([settings.seed, 3])
    base = random.normal(5.5, 2.0, settings.genes)
    batch = random.normal(0, settings.batch, (settings.studies, settings.genes))
    log = base + network.levels(samples.activity) + samples.stressed[:, None] * network.stress
    log += batch[samples.studies] + random.normal(0, settings.noise, log.shape)
    # A regulator's own transcript follows its activity.
    log[:, : settings.regulators] += 0.7 * samples.activity
    share = np.exp2(log)
    share[:, : settings.regulators][samples.activity == _FLOOR] = 0.0
    depth = _DEPTH * random.lognormal(0, 0.3, (len(log), 1))
    return random.poisson(share / share.sum(axis=1, keepdims=True) * depth).astype(np.int64)


def simulate_cellstate(folder: Path, settings: CellSimulation) -> None:
    """Write the compendium, the network's edges in PRECISE's form and `truth/` into `folder`, replaced as a whole."""
    network = plant(settings)
    genes = [f"G{place:05d}" for place in range(settings.genes)]
    samples = _draw_samples(settings, genes)
    reads = _reads(settings, network, samples)
    with atomic_directory(folder) as target:
        _write_archs4(target / COMPENDIUM, settings, genes, samples, reads)
        regulator, place = np.nonzero(network.weights)
        signs = np.where(network.weights[regulator, place] > 0, "+", "-")
        edges = enumerate(zip(regulator, place, signs, strict=True))
        rows = [f"{number},{genes[acts]},{genes[on]},{sign}" for number, (acts, on, sign) in edges]
        write_text(target / NETWORK, "\n".join([",regulator,gene_id,effect", *rows]) + "\n")
        (target / "truth").mkdir()
        names = [[genes[each] for each in pair] for pair in network.pairs]
        strength = np.abs(network.joint).sum(axis=1)
        pairs = pa.table({"pair": pa.array(names, pa.list_(pa.string())), "strength": strength})
        write_parquet(target / "truth" / "pairs.parquet", pairs)
        write_parquet(target / "truth" / "stress.parquet", pa.table({"gene": genes, "effect": network.stress}))


def _write_archs4(path: Path, settings: CellSimulation, genes: list[str], samples: _Samples, reads: Integers) -> None:
    """ARCHS4's layout, with a few samples of single cells between the others, which a reader must leave out."""
    import h5py

    random = np.random.default_rng([settings.seed, 4])
    odd = max(1, int(_SINGLE_CELLS * len(reads)))
    # Sorted places among the samples, so that blocks of any size meet some.
    where = np.sort(random.integers(0, len(reads) + 1, odd))
    cells = random.poisson(reads[random.integers(0, len(reads), odd)] * 0.01)
    columns = {
        "geo_accession": ([f"SIM{row:07d}" for row in range(len(reads))], [f"CELL{row:06d}" for row in range(odd)]),
        "series_id": ([f"study{study:03d}" for study in samples.studies], ["cells"] * odd),
        "characteristics_ch1": (samples.about, ["genotype: wild type"] * odd),
    }
    chance = np.insert(random.uniform(0, 0.2, len(reads)), where, 0.97)
    with h5py.File(path, "w", track_order=False) as file:
        values = np.insert(reads, where, cells, axis=0).T
        chunks = (min(len(genes), 2000), 1)
        file.create_dataset("/data/expression", data=values.astype(np.uint32), chunks=chunks, compression=1)
        file["meta/genes/symbol"] = np.array(genes, dtype="S")
        for name, (own, added) in columns.items():
            file[f"meta/samples/{name}"] = np.insert(np.array(own, dtype=object), where, added).astype("S")
        file["meta/samples/singlecellprobability"] = chance
