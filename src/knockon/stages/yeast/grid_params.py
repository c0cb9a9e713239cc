"""Grids of the yeast study's models: for each setting the values to choose from, none of which is a must."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from knockon.stages.param_kinds import (
    LEFT_OUT,
    Amount,
    Count,
    Dropout,
    NotNegative,
    Positive,
    Probability,
    Section,
    Some,
)

AtLeastTwo = Annotated[int, Field(ge=2)]
Jobs = Annotated[int, Field(ge=-1)]


class ElasticNetGrid(Section):
    """See `models.strains.elastic_net`."""

    alpha: Some[NotNegative] = LEFT_OUT
    l1_ratio: Some[Probability] = LEFT_OUT


class SvrGrid(Section):
    """See `models.strains.support_vectors`."""

    c: Some[Positive] = LEFT_OUT
    epsilon: Some[NotNegative] = LEFT_OUT
    landmarks: Some[Count] = LEFT_OUT
    exact_rows: Some[Amount] = LEFT_OUT


class RandomForestGrid(Section):
    """See `models.strains.random_forest`."""

    trees: Some[Count] = LEFT_OUT
    depth: Some[Count | None] = LEFT_OUT
    split: Some[AtLeastTwo] = LEFT_OUT
    features: Some[Positive | Literal["sqrt", "log2"]] = LEFT_OUT
    rows_per_tree: Some[Count] = LEFT_OUT
    jobs: Some[Jobs] = LEFT_OUT


class TrainingGrid(Section):
    """Settings of the training that a grid may vary: "training.NAME" in params.yaml, `training__NAME` here."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("__", "."))

    training__batch_size: Some[Count] = LEFT_OUT
    training__epochs: Some[Count] = LEFT_OUT
    training__max_steps: Some[Count] = LEFT_OUT
    training__learning_rate: Some[Positive] = LEFT_OUT
    training__weight_decay: Some[NotNegative] = LEFT_OUT
    training__warmup_steps: Some[Amount] = LEFT_OUT
    training__schedule: Some[Literal["cosine", "constant"]] = LEFT_OUT
    training__clip: Some[Positive | None] = LEFT_OUT
    training__accumulation: Some[Count] = LEFT_OUT
    training__patience: Some[Count | None] = LEFT_OUT
    training__precision: Some[Literal["auto", "float32", "bf16"]] = LEFT_OUT


class BoostedGrid(Section):
    """See `models.pairs.boosted`."""

    rounds: Some[Count] = LEFT_OUT
    rate: Some[Positive] = LEFT_OUT
    leaves: Some[AtLeastTwo] = LEFT_OUT
    rows: Some[Count] = LEFT_OUT
    folds: Some[AtLeastTwo] = LEFT_OUT
    most_rows: Some[Count] = LEFT_OUT
    jobs: Some[Jobs] = LEFT_OUT


class MlpGrid(TrainingGrid):
    """See `models.networks.model.mlp`."""

    width: Some[Count] = LEFT_OUT
    layers: Some[Count] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT


class BilinearGrid(TrainingGrid):
    """See `models.networks.model.bilinear`."""

    width: Some[Count] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT
    use_vectors: Some[bool] = LEFT_OUT


class NetworkGrid(TrainingGrid):
    """See `models.networks.model.network`."""

    whole_genome: Some[bool] = LEFT_OUT
    networks: Some[list[str] | None] = LEFT_OUT
    convolution: Some[Literal["transformer", "gat", "gin"]] = LEFT_OUT
    width: Some[Count] = LEFT_OUT
    layers: Some[Amount] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT
    forgetting: Some[Dropout] = LEFT_OUT
    use_vectors: Some[bool] = LEFT_OUT


class PairNetworkGrid(TrainingGrid):
    """See `models.pairs.network`."""

    members: Some[Count] = LEFT_OUT
    width: Some[Count] = LEFT_OUT
    layers: Some[Count] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT
    folds: Some[AtLeastTwo] = LEFT_OUT


class NetworkBoostedGrid(PairNetworkGrid):
    """See `models.pairs.network`."""

    boosted_options: Some[dict[str, Any] | None] = LEFT_OUT


class DCellGrid(TrainingGrid):
    """See `models.dcell`."""

    smallest: Some[Count] = LEFT_OUT


class ModelGrids(Section):
    """Grids of the benchmark's models, at one of the two levels of care."""

    elastic_net: ElasticNetGrid
    svr: SvrGrid
    random_forest: RandomForestGrid


class TrainModelGrids(Section):
    """Grids of the experiment's models; one that is not named has no choice to make, or has it in `yeast.grids`."""

    elastic_net: ElasticNetGrid = LEFT_OUT
    svr: SvrGrid = LEFT_OUT
    random_forest: RandomForestGrid = LEFT_OUT
    boosted: BoostedGrid = LEFT_OUT
    mlp: MlpGrid = LEFT_OUT
    bilinear: BilinearGrid = LEFT_OUT
    network: NetworkGrid = LEFT_OUT
    pair_network: PairNetworkGrid = LEFT_OUT
    network_boosted: NetworkBoostedGrid = LEFT_OUT
    dcell: DCellGrid = LEFT_OUT


class Grids(Section):
    """`yeast.grids`."""

    quick: ModelGrids
    full: ModelGrids


class TrainGrids(Section):
    """`yeast.train.grids`."""

    quick: TrainModelGrids
    full: TrainModelGrids
