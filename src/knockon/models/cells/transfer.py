"""From a compendium to a cohort of few samples: networks that go on from its weights, components that borrow its own.

Mean and spread of the genes are the cohort's own throughout: what is carried over is how genes move together.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knockon.arrays import Matrix
from knockon.errors import KnockonError
from knockon.models.cells.autoencoder import AutoencoderModel
from knockon.models.cells.network import LinearSkip, ScoredAutoencoder
from knockon.models.cells.pca import Components, Pca
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.cells.shrunk import ShrunkPca


class FineTuned(AutoencoderModel):
    """A network that begins at the weights of one that a compendium was given to.

    frozen: dense layers, counted from the genes on, whose weights stay; at least one must be free.
    """

    def __init__(self, pretrained: AutoencoderModel, frozen: int, training: Mapping[str, Any]) -> None:
        super().__init__(pretrained.sizes, training)
        if pretrained.module is None:
            raise KnockonError("fine-tuning: the network to begin with was not fitted")
        if not 0 <= frozen < 2 * len(self.sizes.widths):
            raise KnockonError(
                f"fine-tuning: frozen is {frozen} of {2 * len(self.sizes.widths)} layers; leave one free"
            )
        self._pretrained, self.frozen = pretrained, frozen

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`. Raises KnockonError for other genes than those of the compendium."""
        if data.values.shape[1] != len(self._pretrained.scaling.mean):
            raise KnockonError(
                f"fine-tuning: {data.values.shape[1]} genes, the network was trained on "
                f"{len(self._pretrained.scaling.mean)}: align both to the same"
            )
        super().fit(data, seed, folder)
        if self._pretrained.components is not None and self.components is not None:
            known = self._pretrained.components
            self.components = Components(self.scaling.mean, known.axes, known.variance, known.noise)

    def _module(self, genes: int) -> ScoredAutoencoder:
        module = copy.deepcopy(self._pretrained.module)
        assert module is not None
        if isinstance(module.network, LinearSkip):
            # Validation chose it for the compendium; training needs the whole network, and the cohort chooses again.
            module.network.gain.fill_(1.0)
        linear = [each for each in module.modules() if isinstance(each, torch.nn.Linear)]
        for layer in linear[: self.frozen]:
            for parameter in layer.parameters():
                parameter.requires_grad_(False)
        return module


class BorrowedPca(Pca):
    """The axes of a compendium's components about the cohort's own mean."""

    def __init__(self, compendium: Components) -> None:
        super().__init__(compendium.width)
        self._compendium = compendium

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`."""
        known = self._compendium
        mean = Components.of(data, 1, seed).mean
        self.components = Components(mean, known.axes, known.variance, known.noise)


def pooled_pca(compendium: Matrix, width: int) -> ShrunkPca:
    """Components of a covariance of cohort and compendium, whose share the cohort's validation samples choose.

    compendium: float32 (samples, genes), deviations from its own mean.
    """
    rows = (compendium / np.sqrt(len(compendium))).astype(np.float32)
    return ShrunkPca(width, {"compendium": lambda data: rows})
