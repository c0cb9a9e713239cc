"""Networks of pairs behind the one protocol: trained by the engine, kept as safetensors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from knockon.arrays import Matrix, Values
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.losses.censored import Censored
from knockon.losses.contrastive import InfoNCE, KnownPairs
from knockon.losses.loss import Loss
from knockon.losses.regression import MeanSquaredError
from knockon.models.binding.convolution import DeepNetwork
from knockon.models.binding.dual import DualNetwork, ScoredDual
from knockon.models.binding.encoders import FeatureEncoder, build_encoder
from knockon.models.binding.features import BITS, COMPOSITION, composition, fingerprints
from knockon.models.binding.fixed_vectors import FixedVectors
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
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.supervised import Fingerprint, Metrics, ScoredNetwork, Scorer
from knockon.models.tokens import Vocabulary, smiles_tokens
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import TrainingSettings, settings_from
from knockon.training.whole_run import train_whole

_FILE = "model.safetensors"
_BATCH = 512
_SIDES = ("ligand", "protein")
LIKELIHOODS: dict[str, type[Loss]] = {"mse": MeanSquaredError, "censored": Censored}


@dataclass(frozen=True)
class Start:
    """Weights from which the encoder of ligands, a transformer, starts. vocabulary: which tokens their numbers are."""

    vocabulary: Vocabulary
    weights: Mapping[str, torch.Tensor]

    def digest(self) -> str:
        """What identifies the weights."""
        return digest(*(self.weights[name].numpy() for name in sorted(self.weights)))


class NetworkModel:
    """`dual` or `convolution`, by its sizes; training: settings of the engine, without seed; batch_size counts tiles.

    vectors: of `ligand` or `protein`, which the encoder `vectors` of that side reads; they are not saved with it.
    history: the metric log of the last fit. start: of the next fit; None draws all weights.
    """

    def __init__(
        self,
        sizes: DualSizes | ConvolutionSizes,
        training: Mapping[str, Any],
        vectors: Mapping[str, FixedVectors] | None = None,
    ) -> None:
        self.sizes, self.training, self.fixed = sizes, dict(training), dict(vectors or {})
        if sizes.likelihood not in LIKELIHOODS:
            raise KnockonError(
                f"binding model: likelihood {sizes.likelihood!r}; choose one of {', '.join(LIKELIHOODS)}"
            )
        self.start: Start | None = None
        self.vocabularies: tuple[Vocabulary, Vocabulary] | None = None
        self.module: Scorer | None = None
        self.history: list[dict[str, Any]] = []

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`. Raises TrainingStopped where a signal ended it early."""
        require_labels(train)
        ligands = Vocabulary.of_smiles(train.ligands) if self.start is None else self.start.vocabulary
        self.vocabularies = ligands, Vocabulary.of_proteins()
        self.module = self._module(train, seed)
        held = train.take(np.zeros(0, dtype=np.int64)) if validation is None else validation
        tile = tiles(train, self.sizes.tile, seed)
        described: Fingerprint = {"sizes": repr(self.sizes), "data": train.digest(), "validation": held.digest()}
        described["start"] = None if self.start is None else self.start.digest()
        described |= {f"{side} vectors": fixed.digest for side, fixed in self.fixed.items()}
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
        if self.start is not None:
            assert isinstance(module, ScoredDual)
            module.network.ligand.load_state_dict(dict(self.start.weights))
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
        encoders = self._encoder("ligand", sizes, train.ligands), self._encoder("protein", sizes, train.proteins)
        network = DualNetwork(encoders, sizes.projection, sizes.head, sizes.dropout)
        contrast = InfoNCE(_binders(train, sizes.threshold), sizes.positives, sizes.temperature)
        return ScoredDual(network, loss, contrast, sizes.loss, sizes.threshold, sizes.weight)

    def _encoder(self, side: str, sizes: DualSizes, texts: tuple[str, ...]) -> nn.Module:
        """Of one side; features are standardised by the texts of training, where there are any."""
        assert self.vocabularies is not None
        tokens = dict(zip(_SIDES, map(len, self.vocabularies), strict=True))[side]
        features = self._features(side, sizes)
        inputs = tokens if features is None else features[0]
        kind = getattr(sizes, f"{side}_encoder")
        encoder = build_encoder(kind, inputs, sizes.width, sizes.layers, sizes.dropout, side == "protein")
        if isinstance(encoder, FeatureEncoder) and features is not None and texts:
            encoder.standardise(features[1](texts))
        return encoder

    def _features(self, side: str, sizes: DualSizes) -> tuple[int, Callable[[tuple[str, ...]], Matrix]] | None:
        """How many numbers the encoder of a side reads of a text, and what gives them; None where it reads tokens."""
        kind = getattr(sizes, f"{side}_encoder")
        if kind == "features":
            return (BITS, fingerprints) if side == "ligand" else (COMPOSITION, composition)
        if kind != "vectors":
            return None
        if side not in self.fixed:
            raise KnockonError(f"binding model: {side}_encoder is vectors, but it was given none of any {side}")
        fixed = self.fixed[side]
        return fixed.matrix.shape[1], fixed.rows

    def _inputs(self, pairs: Pairs) -> PairInputs:
        return PairInputs(pairs, self._readers(), self.sizes.distinct)

    def _readers(self) -> tuple[Reader, Reader]:
        """What reads ligands and proteins for the encoders."""
        assert self.vocabularies is not None
        ligands, proteins = self.vocabularies
        sizes = self.sizes
        by_tokens = (
            token_reader("ligand", ligands, smiles_tokens, sizes.longest_ligand),
            token_reader("protein", proteins, list, sizes.longest_protein),
        )
        if isinstance(sizes, ConvolutionSizes):
            return by_tokens
        told = [self._features(side, sizes) for side in _SIDES]
        readers = [
            tokens if features is None else feature_reader(features[1])
            for tokens, features in zip(by_tokens, told, strict=True)
        ]
        return readers[0], readers[1]

    def vectors(self, side: str, texts: Sequence[str]) -> Matrix:
        """Projected vectors of ligands (SMILES) or proteins (sequences), float32 (texts, projection).

        side: ligand or protein. Of `dual` alone: what a screen keeps of each ligand, for `meet`.
        """
        assert isinstance(self.module, ScoredDual)
        network = self.module.network
        reader = dict(zip(_SIDES, self._readers(), strict=True))[side]
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
