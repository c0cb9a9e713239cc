"""Autoencoders behind the one protocol: plain, denoising (masked genes), or beside components."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knockon.arrays import Matrix, Rows, Values
from knockon.dataset.cellstate.scaling import Scaling
from knockon.errors import KnockonError
from knockon.models.cells.network import Autoencoder, LinearSkip, ScoredAutoencoder
from knockon.models.cells.pca import Components, components_from
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.supervised import Fingerprint, Labelled, SupervisedTask
from knockon.training.settings import TrainingSettings, settings_from
from knockon.training.sharding import Sharding
from knockon.training.task import Batch
from knockon.training.whole_run import train_whole

_FILE = "model.safetensors"
_BATCH = 256
_GAINS = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True)
class AutoencoderSizes:
    """widths: of the layers; the last is the latent state, with `skip` it is the number of components. masked: share
    of genes hidden in training. skip: mean and components beside the network. dropout: of hidden layers.
    """

    widths: tuple[int, ...] = (256, 50)
    masked: float = 0.0
    skip: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) < 1:
            raise KnockonError(f"cell model autoencoder: widths are {list(self.widths)}; give at least one, 1 or more")
        for name in ("masked", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise KnockonError(f"cell model autoencoder: {name} is {getattr(self, name)}; it must be in 0 … 1")


@dataclass(frozen=True)
class ScaledSamples:
    """Rows of a compendium as a source of batches; what a batch holds besides its values is their names alone."""

    data: Transcriptomes
    rows: Rows

    def batch(self, rows: Rows) -> Batch:
        """Nothing: the values are the labels themselves."""
        return {}

    def names(self, rows: Rows) -> list[str]:
        """Names of the samples."""
        return [self.data.names[row] for row in self.rows[rows]]


class ScaledValues:
    """Values of some rows of a compendium, scaled when they are asked for: a store need not fit in memory."""

    def __init__(self, data: Transcriptomes, rows: Rows, scaling: Scaling) -> None:
        self._data, self._rows, self._scaling = data, rows, scaling

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: Rows) -> Matrix:
        return self._scaling.apply(self._data.values[self._rows[rows]])


class AutoencoderModel:
    """sizes: of the network; training: settings of the engine, without seed; sharding: of its weights over the
    processes of the training. history: metric log of the last fit.
    """

    def __init__(self, sizes: AutoencoderSizes, training: Mapping[str, Any], sharding: Sharding | None = None) -> None:
        self.sizes, self.training, self.sharding = sizes, dict(training), sharding or Sharding()
        self.scaling = Scaling(np.zeros(0), 1.0)
        self.components: Components | None = None
        self.module: ScoredAutoencoder | None = None
        self.history: list[dict[str, Any]] = []

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`. With `skip`, validation also says how much of the network is added to the components."""
        self.scaling = Scaling.fit(data.values, data.train)
        self.components = Components.of(data, self.sizes.widths[-1], seed) if self.sizes.skip else None
        settings = settings_from({"monitor": "validation_mse", **self.training, "seed": seed})
        if self.sharding.sharded:
            self._train_sharded(data, settings, folder)
        else:
            # The first weights are drawn here, before the trainer seeds its own generator.
            with torch.random.fork_rng():
                torch.manual_seed(seed)
                self.module = self._module(data.values.shape[1])
            _, self.history = train_whole(self._task(self.module, data), settings, folder, "autoencoder")
        if self.gain is not None:
            self._choose_gain(data)

    def _train_sharded(self, data: Transcriptomes, settings: TrainingSettings, folder: Path | None) -> None:
        """Afterwards every process holds the whole network, without memory of its own: a map of the file."""
        from knockon.models.cells.sharded import fit_sharded

        with torch.device("meta"):
            spread, self.module = self._module(data.values.shape[1]), self._module(data.values.shape[1])
        weights, self.history = fit_sharded(self._task(spread, data), settings, self.sharding, folder)
        self.module.load_state_dict(weights, assign=True)

    def _task(self, module: ScoredAutoencoder, data: Transcriptomes) -> SupervisedTask:
        train, validation = (self._labelled(data, rows) for rows in (data.train, data.validation))
        described: Fingerprint = {"sizes": repr(self.sizes), "data": data.digest()}
        return SupervisedTask(module, train, validation, described, _mean_squared_error)

    def _module(self, genes: int) -> ScoredAutoencoder:
        sizes = self.sizes
        if self.components is None:
            return ScoredAutoencoder(Autoencoder(genes, sizes.widths, sizes.dropout), sizes.masked)
        network = LinearSkip(torch.from_numpy(self.components.axes), sizes.widths[:-1], sizes.dropout)
        return ScoredAutoencoder(network, sizes.masked)

    def _labelled(self, data: Transcriptomes, rows: Rows) -> Labelled:
        samples = ScaledSamples(data, rows)
        values: Any = ScaledValues(data, rows, self.scaling)
        return Labelled(samples, values, np.ones(len(rows)), samples.names)

    def _choose_gain(self, data: Transcriptomes) -> None:
        """The share of the network with the least error on the validation rows; with 0 it is PCA."""
        held = np.asarray(data.values[data.validation])
        errors = []
        for gain in _GAINS:
            self._set_gain(float(gain))
            errors.append(float(np.nanmean((self.reconstruct(held) - held) ** 2)) if len(held) else 1.0 - gain)
        self._set_gain(float(_GAINS[int(np.argmin(errors))]))

    def _set_gain(self, gain: float) -> None:
        assert self.module is not None
        assert isinstance(self.module.network, LinearSkip)
        self.module.network.gain.fill_(gain)

    @property
    def gain(self) -> float | None:
        """How much of the network is added to the components; None where there are none."""
        network = None if self.module is None else self.module.network
        return float(network.gain) if isinstance(network, LinearSkip) else None

    def reconstruct(self, values: Matrix) -> Matrix:
        """See `CellModel.reconstruct`. Hidden genes are first filled: with what the components say, else the mean."""
        assert self.module is not None
        network = self.module.network.eval()
        parts = []
        for start in range(0, len(values), _BATCH):
            scaled = self.scaling.apply(self._filled(np.asarray(values[start : start + _BATCH])))
            with torch.no_grad():
                parts.append(network(torch.from_numpy(np.nan_to_num(scaled))).float().cpu().numpy())
        return self.scaling.undo(np.concatenate(parts))

    def _filled(self, values: Matrix) -> Matrix:
        if self.components is None or np.isfinite(values).all():
            return values
        return np.where(np.isnan(values), self.components.levels(self.components.coordinates(values)), values)

    def save(self, folder: Path) -> None:
        """See `CellModel.save`."""
        assert self.module is not None
        arrays = {f"network.{name}": each.detach().cpu().numpy() for name, each in self.module.state_dict().items()}
        arrays |= {"scaling.mean": self.scaling.mean, "scaling.spread": np.array([self.scaling.spread])}
        if self.components is not None:
            arrays |= {f"components.{name}": each for name, each in self.components.arrays().items()}
        save_arrays(folder / _FILE, "cells.autoencoder", arrays, {"sizes": repr(self.sizes)})

    def load(self, folder: Path) -> None:
        """See `CellModel.load`."""
        arrays, settings = load_arrays(folder / _FILE, "cells.autoencoder")
        if settings["sizes"] != repr(self.sizes):
            raise KnockonError(f"{folder}: holds a model of {settings['sizes']}, not {self.sizes!r}")
        self.scaling = Scaling(arrays["scaling.mean"], float(arrays["scaling.spread"][0]))
        parts = {name.removeprefix("components."): each for name, each in arrays.items() if "components." in name}
        self.components = components_from(parts) if parts else None
        self.module = self._module(len(self.scaling.mean))
        weights = {name.removeprefix("network."): each for name, each in arrays.items() if name.startswith("network.")}
        self.module.load_state_dict({name: torch.from_numpy(each.copy()) for name, each in weights.items()})


def _mean_squared_error(values: Values, predicted: Values) -> dict[str, float]:
    """mse over all known values, in the training samples' spread; predicted: of `ScoredAutoencoder.predict`."""
    sums = predicted.sum(axis=0)
    return {"mse": float(sums[0] / max(sums[1], 1.0))}
