"""Several phenotypes learnt together: one network, a head for each, trained by the one loop."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.evaluation.component_scores import component_correlations
from knockon.losses.loss import Loss
from knockon.losses.registry import LOSSES, build_loss
from knockon.losses.uncertainty import Uncertainty
from knockon.models.context import Context
from knockon.models.networks.batches import gene_names, seeded
from knockon.models.networks.model import Design, StrainModel
from knockon.models.protocol import Examples
from knockon.models.supervised import Fingerprint, Labelled, Metrics, ScoredNetwork, SupervisedTask
from knockon.training.settings import TrainingSettings

WEIGHTINGS = ("fixed", "learned")


def head_metrics(loss: Loss, heads: Mapping[str, slice]) -> Metrics:
    """loss (squared error in units of each label's spread) and pearson over all heads, and pearson of each head.

    They weigh heads, not columns: each head is the mean of its own components. A component whose correlation is
    undefined counts as 0 among its head's; a head without validation labels is in no mean.
    """

    def metrics(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> dict[str, float]:
        squares = ((values - predicted) / loss.scale.double().cpu().numpy()) ** 2
        found: dict[str, float] = {}
        errors = []
        for name, columns in heads.items():
            known = ~np.isnan(values[:, columns])
            if known.sum() > 1:
                errors.append(float(squares[:, columns][known].mean()))
                correlations = component_correlations(values[:, columns], predicted[:, columns])
                found[f"pearson_{name}"] = float(np.nan_to_num(correlations).mean())
        mean = float(np.mean(list(found.values()))) if found else float("nan")
        return {"loss": float(np.mean(errors)) if errors else float("nan"), "pearson": mean} | found

    return metrics


class JointModel(StrainModel):
    """A network that predicts several phenotypes of strains by `predict_heads`; `predict` gives the first label alone.

    heads: the labels of each, in the order of the columns of the examples, as `joint_labels.joined` makes them: their
    `values` and `weights` are float64 (strains, labels of all heads), values NaN where missing. weighting: `fixed`, by
    the labels' weights alone, or `learned`, by each head's uncertainty besides (`losses.uncertainty`). loss: a name of
    `losses.registry`, for all heads. folder: as in `StrainModel`.
    """

    def __init__(
        self,
        design: Design,
        heads: Mapping[str, Sequence[str]],
        settings: TrainingSettings,
        weighting: str = "learned",
        loss: str = "mse",
        loss_options: dict[str, Any] | None = None,
        folder: Path | None = None,
    ) -> None:
        if weighting not in WEIGHTINGS:
            raise KnockonError(f"joint: weighting is {weighting!r}; choose one of {', '.join(WEIGHTINGS)}")
        if not heads:
            raise KnockonError("joint: there is no head to learn")
        if weighting == "learned" and LOSSES.get(loss, Loss).needs_features:
            raise KnockonError(f"joint: loss {loss} shapes features of all heads at once; use it with weighting fixed")
        context = Context(" ".join(heads), loss=loss, loss_options=loss_options or {}, folder=folder)
        super().__init__(design, context, settings)
        self._heads = {name: tuple(labels) for name, labels in heads.items()}
        self._loss |= {"weighting": weighting, "heads": {name: len(labels) for name, labels in self._heads.items()}}
        self.columns = _columns(self._heads)
        """Where each head's labels stand among the columns."""

    def fit(self, train_part: Examples, validation: Examples, seed: int) -> None:
        """Train; see `StrainModel.fit`. Raises KnockonError that names a head without training labels."""
        for name, columns in self.columns.items():
            if np.isnan(train_part.values[:, columns]).all():
                raise KnockonError(f"head {name!r} has no label among {len(train_part)} training rows: remove the head")
        super().fit(train_part, validation, seed)

    def predict_heads(self, genotypes: Genotypes) -> dict[str, NDArray[np.float64]]:
        """Every head's labels in their units, each of shape (strains, labels of the head)."""
        predicted = self._predict_all(genotypes)
        return {name: predicted[:, columns] for name, columns in self.columns.items()}

    @property
    def uncertainties(self) -> dict[str, float]:
        """σ of each head's labels in units of their spread, as learnt; empty for fixed weighting."""
        if self._module is None or not isinstance(self._module.loss, Uncertainty):
            return {}
        sigma = (0.5 * self._module.loss.log_variance.detach()).exp().cpu().tolist()
        return dict(zip(self._heads, sigma, strict=True))

    def _build(self, seed: int) -> ScoredNetwork:
        named = {name: value for name, value in self._loss.items() if name not in ("name", "weighting", "heads")}
        labels = tuple(label for own in self._heads.values() for label in own)
        loss = build_loss(self._loss["name"], labels, **named)
        if self._loss["weighting"] == "learned":
            groups = [group for group, own in enumerate(self._heads.values()) for _ in own]
            loss = Uncertainty(loss, tuple(groups))
        with seeded(seed):
            network = self._design.network(self._genes, len(labels), loss.outputs)
        return ScoredNetwork(network, loss)

    def _task(self, module: ScoredNetwork, train: Labelled, validation: Labelled, data: Fingerprint) -> SupervisedTask:
        return SupervisedTask(module, train, validation, data, head_metrics(module.loss, self.columns))

    def _labelled(self, examples: Examples) -> Labelled:
        inputs = self._design.batches(examples.genotypes)
        return Labelled(inputs, examples.values, examples.weights, gene_names(examples.genotypes))


def _columns(heads: Mapping[str, Sequence[str]]) -> dict[str, slice]:
    ends = np.cumsum([len(labels) for labels in heads.values()]).tolist()
    return {name: slice(end - len(labels), end) for (name, labels), end in zip(heads.items(), ends, strict=True)}
