"""DCell on a trio of its users' files: a topology, training pairs and test pairs, beside the honest baselines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.atomic import write_json, write_parquet
from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.hashing import digest
from knockon.losses.registry import build_loss
from knockon.models.context import Context, Inputs
from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import Topology, read_topology, write_topology
from knockon.models.dcell.subsystems import rank_subsystems, write_states
from knockon.models.dcell.trio_files import read_trio_pairs
from knockon.models.networks.batches import StrainBatches, gene_names, seeded
from knockon.models.networks.delta import network
from knockon.models.pairs.model import FEWEST_PAIRS
from knockon.models.pairs.network import network_boosted
from knockon.models.protocol import Examples, Model
from knockon.models.strains.additive import Additive
from knockon.models.strains.factorisation import Factorisation
from knockon.models.supervised import AUXILIARY_WEIGHT, Labelled, ScoredNetwork, SupervisedTask
from knockon.progress import track
from knockon.represent.gene_vectors import one_hot
from knockon.training.disk import disk_faults_explained
from knockon.training.loop import TrainingResult, train
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import TrainingSettings

DCELL_SETTINGS = TrainingSettings(
    epochs=300,
    batch_size=256,
    learning_rate=0.01,
    weight_decay=1.0,
    warmup_steps=30,
    clip=None,
    monitor="validation_pearson",
    monitor_mode="max",
    device="auto",
    log_steps=10,
)
"""Chosen on validation rows of DCell's GO:0006281 example."""

VALIDATION_SHARE = 0.1

# Their mean is one more row: three ways to see a pair that err differently. Chosen on two draws of validation pairs.
_TOGETHER = ("dcell", "factorisation", "network_boosted")

# Few pairs: folds that leave out little look most like the test. Chosen on three draws of validation pairs.
_FEW_PAIRS: dict[str, Any] = {
    "members": 5,
    "dropout": 0.5,
    "folds": 20,
    "boosted_options": {"rows": 50, "rate": 0.02, "rounds": 800, "leaves": 6},
}
_FEW_PAIRS_TRAINING = {"epochs": 10, "batch_size": 256, "learning_rate": 0.001}


RIVALS = ("additive", "factorisation", "network", "network_boosted")
"""Models that can be fitted beside DCell; the last one brings its parts, and with the second the mean of three."""

DEFAULT_RIVALS = ("additive", "factorisation")
"""Fitted in seconds; the networks take as long as DCell does."""


@dataclass(frozen=True)
class TrioResult:
    """finished: False where a signal stopped the training. scores: Pearson's r by model and by split (train, test)."""

    finished: bool
    scores: dict[str, dict[str, float]]


def train_dcell_trio(
    topology_path: Path,
    train_path: Path,
    test_path: Path,
    out: Path,
    settings: TrainingSettings = DCELL_SETTINGS,
    members: int = 1,
    rivals: Sequence[str] = DEFAULT_RIVALS,
) -> TrioResult:
    """Train DCell on a trio of files and score it, with its rivals, on both.

    A tenth of the training pairs, drawn by the seed, tells how long to train; then networks that differ in their seed
    learn from all training pairs, and predict together by their mean. The test pairs are only predicted. Writes in
    `out`: topology, run/ (of the run that told how long, and of each member: weights, metric log, checkpoints),
    scores.json, predictions.parquet, and of the first member subsystems.parquet (RLIPP on the training strains) and
    states.parquet (test strains). rivals: of RIVALS, those that are fitted; networks only where pairs suffice. The same
    call goes on after a stop. Raises KnockonError for files that don't fit together.
    """
    topology = read_topology(topology_path)
    pairs = {"train": _read_pairs(train_path, topology), "test": _read_pairs(test_path, topology)}
    validating = np.random.default_rng(settings.seed).permutation(len(pairs["train"])) < VALIDATION_SHARE * len(
        pairs["train"]
    )
    parts = (pairs["train"].take(~validating), pairs["train"].take(validating))
    modules = _members(topology, parts, pairs["train"], settings, members, out / "run")
    if modules is None:
        return TrioResult(False, {})
    predicted = {"dcell": {split: _mean_prediction(modules, pair.genotypes) for split, pair in pairs.items()}}
    for name, rival in _rivals(topology, parts, pairs["train"], settings.seed, rivals):
        predicted[name] = {split: rival.predict(pair.genotypes) for split, pair in pairs.items()}
    if set(_TOGETHER) <= set(predicted):
        predicted["together"] = {
            split: np.mean([predicted[name][split] for name in _TOGETHER], axis=0) for split in pairs
        }
    scores = {
        name: {split: pearson(pairs[split].values, values) for split, values in by_split.items()}
        for name, by_split in predicted.items()
    }
    _write(out, topology, modules[0], pairs, predicted)
    write_json(out / "scores.json", scores)
    return TrioResult(True, scores)


def _members(
    topology: Topology,
    parts: tuple[Examples, Examples],
    whole: Examples,
    settings: TrainingSettings,
    members: int,
    folder: Path,
) -> list[ScoredNetwork] | None:
    """Networks fitted to all training pairs, as long as was best on the validation part; None after a signal."""
    nobody = whole.take(np.zeros(0, dtype=np.int64))
    _, found = _fitted(topology, *parts, settings, folder / "fit")
    share = (found.best_step or found.steps) / len(parts[0])
    modules = []
    for member in range(members):
        if not found.finished:
            return None
        length = max(1, round(share * len(whole)))
        own = replace(settings, seed=settings.seed + member, epochs=None, max_steps=length, patience=None)
        module, found = _fitted(topology, whole, nobody, own, folder / f"member-{member}")
        modules.append(module)
    return modules if found.finished else None


def _fitted(
    topology: Topology, train_part: Examples, validation: Examples, settings: TrainingSettings, folder: Path
) -> tuple[ScoredNetwork, TrainingResult]:
    module = _network(topology, train_part, settings.seed)
    task = SupervisedTask(module, _labelled(train_part), _labelled(validation), _fingerprint(topology, train_part))
    with disk_faults_explained(folder):
        return module, train(task, settings, folder)


def _rivals(
    topology: Topology, parts: tuple[Examples, Examples], whole: Examples, seed: int, chosen: Sequence[str]
) -> Iterator[tuple[str, Model]]:
    """The models beside DCell, fitted, by name; those with side information know the same hierarchy as it does."""
    inputs = Inputs(one_hot(topology.genes), "pert_sum")
    known = Context("interaction", side=lambda: {"term": _membership(topology)})
    makers: dict[str, Callable[[], Model]] = {
        "additive": lambda: Additive(refit=False),
        "factorisation": lambda: Factorisation(refit=False),
        "network": lambda: network(inputs, replace(known, training={"epochs": 60, "weight_decay": 0.3})),
        "network_boosted": lambda: network_boosted(inputs, replace(known, training=_FEW_PAIRS_TRAINING), **_FEW_PAIRS),
    }
    enough = len(parts[0]) >= FEWEST_PAIRS
    names = [name for name in RIVALS if name in chosen and (enough or not name.startswith("network"))]
    for name in track(names, "fitting rivals", total=len(names)):
        rival = makers[name]()
        rival.fit(*parts, seed)
        rival.refit(whole, seed)
        yield rival.name, rival
        yield from rival.parts().items()


def _membership(topology: Topology) -> sp.csr_matrix:
    """Genes of each term, those of its children included, float32 (genes, terms)."""
    place = {gene: number for number, gene in enumerate(topology.genes)}
    contained: dict[str, set[str]] = {}
    cells: list[tuple[int, int]] = []
    for column, term in enumerate(topology.terms):
        contained[term.name] = set(term.genes).union(*(contained[child] for child in term.children))
        cells += [(place[gene], column) for gene in sorted(contained[term.name])]
    rows, columns = np.array(cells).T
    shape = (len(topology.genes), len(topology.terms))
    return sp.csr_matrix((np.ones(len(cells), dtype=np.float32), (rows, columns)), shape=shape)


def _read_pairs(path: Path, topology: Topology) -> Examples:
    """Labelled strains over the topology's genes."""
    values, indices = read_trio_pairs(path, topology.genes)
    genotypes = Genotypes(topology.genes, np.arange(len(indices) + 1, dtype=np.int64) * 2, indices.ravel())
    unknown = np.full(len(topology.genes), np.nan)
    return Examples(genotypes, values, np.ones(len(indices)), unknown)


def _network(topology: Topology, examples: Examples, seed: int) -> ScoredNetwork:
    loss = build_loss("mse", ("interaction",))
    loss.fit(examples.values)
    with seeded(seed):
        return ScoredNetwork(DCell(topology, topology.genes, outputs=loss.outputs), loss, AUXILIARY_WEIGHT)


def _labelled(examples: Examples) -> Labelled:
    genotypes = examples.genotypes
    return Labelled(StrainBatches(genotypes), examples.values[:, None], examples.weights, gene_names(genotypes))


def _fingerprint(topology: Topology, examples: Examples) -> dict[str, Any]:
    """The hierarchy and the training pairs, each by a hash."""
    hierarchy = digest(names="\n".join(f"{term.name} {term.genes} {term.children}" for term in topology.terms))
    return {"model": "dcell", "topology": hierarchy, "train": digest(examples.genotypes.pairs(), examples.values)}


def _mean_prediction(modules: list[ScoredNetwork], genotypes: Genotypes) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.mean([_predict(module, genotypes) for module in modules], axis=0)
    return mean


def _predict(module: ScoredNetwork, genotypes: Genotypes) -> NDArray[np.float64]:
    rows, batch = np.arange(len(genotypes)), StrainBatches(genotypes).batch
    predicted: NDArray[np.float64] = (
        predict_batches(module, module.predict, batch, rows, 1024)[:, 0].double().cpu().numpy()
    )
    return predicted


def _write(
    out: Path,
    topology: Topology,
    module: ScoredNetwork,
    pairs: dict[str, Examples],
    predicted: dict[str, dict[str, NDArray[np.float64]]],
) -> None:
    """What a user of DCell looks at: predictions, states of the terms, ranking of the subsystems."""
    write_topology(out / "topology", topology)
    columns: dict[str, list[Any]] = {"split": [], "gene_a": [], "gene_b": [], "value": [], **{m: [] for m in predicted}}
    for split, examples in pairs.items():
        genes = np.array(topology.genes)[examples.genotypes.pairs()]
        columns["split"] += [split] * len(examples)
        columns["gene_a"] += genes[:, 0].tolist()
        columns["gene_b"] += genes[:, 1].tolist()
        columns["value"] += examples.values.tolist()
        for model, by_split in predicted.items():
            columns[model] += by_split[split].tolist()
    write_parquet(out / "predictions.parquet", pa.table(columns))
    network = module.network.cpu()
    assert isinstance(network, DCell)
    ranking = rank_subsystems(network, pairs["train"].genotypes, predicted["dcell"]["train"])
    write_parquet(out / "subsystems.parquet", ranking)
    write_states(out / "states.parquet", network, pairs["test"].genotypes)
