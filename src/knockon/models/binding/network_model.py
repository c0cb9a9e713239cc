"""Networks of pairs behind the one protocol: trained by the engine, kept as safetensors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knockon.arrays import Matrix, Values
from knockon.errors import KnockonError
from knockon.losses.censored import Censored
from knockon.losses.contrastive import InfoNCE, KnownPairs
from knockon.losses.loss import Loss
from knockon.losses.regression import MeanSquaredError
from knockon.models.binding.convolution import DeepNetwork
from knockon.models.binding.dual import DualNetwork, ScoredDual
from knockon.models.binding.encoders import FeatureEncoder, build_encoder
from knockon.models.binding.features import composition, fingerprints
from knockon.models.binding.inputs import (
    PairInputs,
    Reader,
    TiledTask,
    feature_reader,
    strength_metrics,
    tiles,
    token_reader,
)
from knockon.models.binding.protocol import Pairs, require_labels
from knockon.models.binding.sizes import ConvolutionSizes, DualSizes
from knockon.models.binding.tokens import Vocabulary, smiles_tokens
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.supervised import Fingerprint, Metrics, ScoredNetwork, Scorer
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import TrainingSettings, settings_from
from knockon.training.whole_run import train_whole

_FILE = "model.safetensors"
_BATCH = 512
LIKELIHOODS: dict[str, type[Loss]] = {"mse": MeanSquaredError, "censored": Censored}


class NetworkModel:
    """`dual` or `convolution`, by its sizes; training: settings of the engine, without seed; batch_size counts tiles.

    history: the metric log of the last fit.
    """

    def __init__(self, sizes: DualSizes | ConvolutionSizes, training: Mapping[str, Any]) -> None:
        self.sizes, self.training = sizes, dict(training)
        if sizes.likelihood not in LIKELIHOODS:
            raise KnockonError(
                f"binding model: likelihood {sizes.likelihood!r}; choose one of {', '.join(LIKELIHOODS)}"
            )
        self.vocabularies: tuple[Vocabulary, Vocabulary] | None = None
        self.module: Scorer | None = None
        self.history: list[dict[str, Any]] = []

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`. Raises TrainingStopped where a signal ended it early."""
        require_labels(train)
        self.vocabularies = Vocabulary.of_smiles(train.ligands), Vocabulary.of_proteins()
        self.module = self._module(train, seed)
        held = train.take(np.zeros(0, dtype=np.int64)) if validation is None else validation
        tile = tiles(train, self.sizes.tile, seed)
        described: Fingerprint = {"sizes": repr(self.sizes), "data": train.digest(), "validation": held.digest()}
        task = TiledTask(self.module, self._inputs(train), self._inputs(held), described, tile, self._metrics(held))
        _, self.history = train_whole(task, self._settings(seed), folder, self.sizes.name)
        if isinstance(self.module, ScoredDual) and self.module.kind == "contrastive":
            self._fit_line(train)

    def predict(self, pairs: Pairs) -> Values:
        """See `BindingModel.predict`."""
        assert self.module is not None
        inputs = self._inputs(pairs)
        # Pairs of one protein stand together, so that it is encoded for one batch and not for all.
        order = np.argsort(pairs.protein, kind="stable")
        found = np.empty(len(pairs))
        found[order] = (
            predict_batches(self.module, self.module.predict, inputs.batch, order, _BATCH)[:, 0].cpu().numpy()
        )
        return found

    def save(self, folder: Path) -> None:
        """See `BindingModel.save`."""
        assert self.module is not None
        assert self.vocabularies is not None
        arrays = {name: tensor.detach().cpu().numpy() for name, tensor in self.module.state_dict().items()}
        settings = {"sizes": repr(self.sizes), "tokens": list(self.vocabularies[0].tokens)}
        save_arrays(folder / _FILE, f"binding.{self.sizes.name}", arrays, settings)

    def load(self, folder: Path) -> None:
        """See `BindingModel.load`."""
        arrays, settings = load_arrays(folder / _FILE, f"binding.{self.sizes.name}")
        if settings["sizes"] != repr(self.sizes):
            raise KnockonError(f"{folder}: holds a model of {settings['sizes']}, not {self.sizes!r}")
        self.vocabularies = Vocabulary(settings["tokens"]), Vocabulary.of_proteins()
        none = np.zeros(0, dtype=np.int64)
        self.module = self._scored(Pairs((), (), none, none, none.astype(np.float64), none.astype(np.int8)))
        self.module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})

    def _module(self, train: Pairs, seed: int) -> Scorer:
        # The first weights are drawn here, before the trainer seeds its own generator.
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            module = self._scored(train)
        loss = module.loss
        assert isinstance(loss, Loss)
        loss.fit(train.values)
        return module

    def _scored(self, train: Pairs) -> Scorer:
        assert self.vocabularies is not None
        tokens = len(self.vocabularies[0]), len(self.vocabularies[1])
        sizes, loss = self.sizes, LIKELIHOODS[self.sizes.likelihood](("strength",))
        if isinstance(sizes, ConvolutionSizes):
            return ScoredNetwork(DeepNetwork(*tokens, sizes), loss)
        ligand = build_encoder(sizes.ligand_encoder, tokens[0], sizes.width, sizes.layers, sizes.dropout, False)
        protein = build_encoder(sizes.protein_encoder, tokens[1], sizes.width, sizes.layers, sizes.dropout, True)
        if isinstance(ligand, FeatureEncoder) and train.ligands:
            ligand.standardise(fingerprints(train.ligands))
        if isinstance(protein, FeatureEncoder) and train.proteins:
            protein.standardise(composition(train.proteins))
        network = DualNetwork((ligand, protein), sizes.projection, sizes.head, sizes.dropout)
        contrast = InfoNCE(_binders(train, sizes.threshold), sizes.positives, sizes.temperature)
        return ScoredDual(network, loss, contrast, sizes.loss, sizes.threshold, sizes.weight)

    def _inputs(self, pairs: Pairs) -> PairInputs:
        return PairInputs(pairs, self._readers(), self.sizes.distinct)

    def _readers(self) -> tuple[Reader, Reader]:
        """What reads ligands and proteins for the encoders."""
        assert self.vocabularies is not None
        ligands, proteins = self.vocabularies
        sizes = self.sizes
        by_ligand = token_reader("ligand", ligands, smiles_tokens, sizes.longest_ligand)
        by_protein = token_reader("protein", proteins, list, sizes.longest_protein)
        if isinstance(sizes, DualSizes):
            by_ligand = feature_reader(fingerprints) if sizes.ligand_encoder == "features" else by_ligand
            by_protein = feature_reader(composition) if sizes.protein_encoder == "features" else by_protein
        return by_ligand, by_protein

    def vectors(self, side: str, texts: Sequence[str]) -> Matrix:
        """Projected vectors of ligands (SMILES) or proteins (sequences), float32 (texts, projection).

        side: ligand or protein. Of `dual` alone: what a screen keeps of each ligand, for `meet`.
        """
        assert isinstance(self.module, ScoredDual)
        network = self.module.network
        reader = dict(zip(("ligand", "protein"), self._readers(), strict=True))[side]
        encode, project = getattr(network, side), getattr(network, f"project_{side}")
        rows = reader(tuple(texts))
        numbers = np.arange(len(texts))
        found = predict_batches(
            self.module,
            lambda batch: project(encode(batch["rows"])),
            lambda part: {"rows": torch.from_numpy(rows(part))},
            numbers,
            _BATCH,
        )
        return np.asarray(found.float().cpu().numpy())

    def meet(self, ligands: Matrix, protein: Matrix) -> Values:
        """Strengths of ligands against one protein, float64 (ligands,), from `vectors`: (ligands, width), (width,)."""
        assert isinstance(self.module, ScoredDual)
        module = self.module.eval()
        with torch.no_grad():
            each = torch.from_numpy(ligands)
            found = module.decode(*module.network.meet(each, torch.from_numpy(protein).expand_as(each)))
        return np.asarray(found[:, 0].double().numpy())

    def _settings(self, seed: int) -> TrainingSettings:
        contrastive = isinstance(self.sizes, DualSizes) and self.sizes.loss == "contrastive"
        monitor = ("validation_pearson", "max") if contrastive else ("validation_mse", "min")
        return settings_from({"monitor": monitor[0], "monitor_mode": monitor[1], **self.training, "seed": seed})

    def _metrics(self, held: Pairs) -> Metrics:
        # The censored likelihood must not be stopped for going where it is right to go, below a floor.
        return strength_metrics(held.relation if self.sizes.likelihood == "censored" else np.zeros_like(held.relation))

    def _fit_line(self, train: Pairs) -> None:
        """Put the cosines of a network that no regression has trained on the scale of the training labels."""
        assert isinstance(self.module, ScoredDual)
        scale, mean = self.module.loss.scale, self.module.loss.mean
        cosines = (self.predict(train) - float(mean)) / float(scale)
        slope, offset = np.polyfit(cosines, (train.values - float(mean)) / float(scale), 1)
        with torch.no_grad():
            self.module.network.line.copy_(torch.tensor([slope, offset]))


def _binders(train: Pairs, threshold: float) -> KnownPairs:
    """Training pairs that bind; a value that is only an upper bound says nothing of the kind."""
    rows = (train.values >= threshold) & (train.relation >= 0)
    ligand, protein = (torch.from_numpy(side[rows]) for side in (train.ligand, train.protein))
    return KnownPairs(ligand, protein, max(1, len(train.proteins)))
