"""What params.yaml may hold: the kinds of values and the sections that the models of its studies are made of.

Each study's model is in its own folder, `stages/<study>/params.py`. The models only check: a stage is given its values
as they stand in the file, so that a changed range changes no output.
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")

Count = Annotated[int, Field(ge=1)]
AtLeastTwo = Annotated[int, Field(ge=2)]
Seed = Annotated[int, Field(ge=0)]
Amount = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Dropout = Annotated[float, Field(ge=0, lt=1)]
Size = Literal["all"] | Count
Text = Annotated[str, Field(min_length=1)]
Some = Annotated[list[Item], Field(min_length=1)]
"""A list that is not empty."""

LossName = Literal["mse", "huber", "soft_label", "ordinal", "ordinal_entropy"]

LEFT_OUT: Any = None
"""Default of a setting that params.yaml need not name: the code's own default holds. An explicit null is no value."""


class Section(BaseModel):
    """A section of params.yaml: an unknown name is an error, and so is a value of another type (1 for true, "1")."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Training(Section):
    """Settings of the trainer, see `training.settings.TrainingSettings`; those that are not named keep their own."""

    seed: Seed = LEFT_OUT
    batch_size: Count = LEFT_OUT
    epochs: Count | None = LEFT_OUT
    max_steps: Count | None = LEFT_OUT
    learning_rate: Positive = LEFT_OUT
    weight_decay: NotNegative = LEFT_OUT
    warmup_steps: Amount = LEFT_OUT
    schedule: Literal["cosine", "constant"] = LEFT_OUT
    clip: Positive | None = LEFT_OUT
    accumulation: Count = LEFT_OUT
    monitor: Text = LEFT_OUT
    monitor_mode: Literal["min", "max"] = LEFT_OUT
    validation_steps: Count | None = LEFT_OUT
    patience: Count | None = LEFT_OUT
    checkpoint_steps: Count | None = LEFT_OUT
    keep: Count = LEFT_OUT
    precision: Literal["auto", "float32", "bf16"] = LEFT_OUT
    device: Literal["auto", "cpu"] = LEFT_OUT
    workers: Amount = LEFT_OUT
    processes: Count = LEFT_OUT
    log_steps: Count = LEFT_OUT
    tracker_steps: Count = LEFT_OUT


class LanguageSizes(Section):
    """See `models.language.masked.LanguageSizes`."""

    width: Annotated[int, Field(ge=32, multiple_of=32)]
    layers: Count
    dropout: Dropout
    longest: AtLeastTwo


class Language(Section):
    """A masked language model. judging: one text in so many only judges."""

    sizes: LanguageSizes
    judging: AtLeastTwo
    seed: Seed
    training: Training


class PublishedModel(Section):
    """A language model's weights. model: a folder, or a name on the hub. download: whether the hub is asked."""

    model: Text
    download: bool


class Trackers(Section):
    """Who shows a network's training on the way."""

    dvclive: bool
    wandb: Literal["disabled", "offline", "online"]
    project: Text
