"""The network model and the boosted one together: a weighted mean of their predictions, weighted on validation rows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.atomic import write_json
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.boosted import Boosted
from knockon.models.protocol import Examples, Inputs
from knockon.models.selection import rank_key
from knockon.training.strain_model import StrainModel, network

_DESCRIPTION = "network_boosted.json"
_SHARES = np.linspace(0, 1, 21)


class NetworkBoosted:
    """share · network + (1 − share) · boosted. Both predict expectations; so does their mean."""

    name = "network_boosted"
    reads_vectors = False

    def __init__(self, networks: list[StrainModel], boosted: Boosted) -> None:
        self._networks, self._boosted = networks, boosted
        self.share = 0.5

    @property
    def history(self) -> list[dict[str, Any]]:
        """The metric log of the first network."""
        return self._networks[0].history

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training rows; the validation rows stop both, and choose the share."""
        self._boosted.fit(train, validation, seed)
        for number, model in enumerate(self._networks):
            model.fit(train, validation, seed + number)
        parts = self._parts(validation.genotypes)
        scores = [rank_key(validation.values, share * parts[0] + (1 - share) * parts[1]) for share in _SHARES]
        self.share = float(_SHARES[scores.index(max(scores))])

    def refit(self, examples: Examples, seed: int) -> None:
        """Both learn from these strains, for as long as `fit` found best; the share stays."""
        self._boosted.refit(examples, seed)
        for number, model in enumerate(self._networks):
            model.refit(examples, seed + number)

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        of_networks, of_boosted = self._parts(genotypes)
        mixed: NDArray[np.float64] = self.share * of_networks + (1 - self.share) * of_boosted
        return mixed

    def _parts(self, genotypes: Genotypes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The networks' mean, and the boosted model."""
        mean = np.mean([model.predict(genotypes) for model in self._networks], axis=0)
        return mean, self._boosted.predict(genotypes)

    def save(self, folder: Path) -> None:
        """Write both, in folders of their own, and the share."""
        write_json(folder / _DESCRIPTION, {"share": self.share})
        for name, model in self._members():
            (folder / name).mkdir()
            model.save(folder / name)

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError for the files of another model."""
        try:
            self.share = float(json.loads((folder / _DESCRIPTION).read_text())["share"])
        except (OSError, ValueError, KeyError) as error:
            raise KnockonError(f"{folder}: no readable {self.name} model ({error}); train it again") from error
        for name, model in self._members():
            model.load(folder / name)

    def _members(self) -> list[tuple[str, StrainModel | Boosted]]:
        networks = [(f"network-{number}", model) for number, model in enumerate(self._networks)]
        return [*networks, ("boosted", self._boosted)]


def network_boosted(
    inputs: Inputs,
    label: str,
    side: Mapping[str, sp.csr_matrix],
    perturbed: tuple[str, ...] = (),
    members: int = 1,
    network_options: dict[str, Any] | None = None,
    boosted_options: dict[str, Any] | None = None,
    loss: str = "mse",
    loss_options: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    folder: Path | None = None,
) -> NetworkBoosted:
    """members: networks that differ in their seed. The options are those of the models `network` and `boosted`."""
    networks = [
        network(
            inputs,
            label,
            side,
            perturbed,
            loss=loss,
            loss_options=loss_options,
            training=training,
            folder=None if folder is None else folder / f"network-{number}",
            **(network_options or {}),
        )
        for number in range(members)
    ]
    return NetworkBoosted(networks, Boosted(inputs, side, **(boosted_options or {})))
