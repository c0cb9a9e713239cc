"""The settings of a training run, checked once, where they enter."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from knockon.errors import KnockonError, refuse_unknown

# Settings that change how a run is carried out but not a bit of its weights or its metric log.
_HARMLESS = ("checkpoint_steps", "keep", "workers", "processes", "tracker_steps")


@dataclass(frozen=True)
class TrainingSettings:
    """How to train. A step is one update of the weights by one global batch, over all processes.

    epochs or max_steps: the length; where both are given, the shorter. batch_size: rows of a global batch.
    accumulation: parts into which a process cuts its share of a batch, to save memory. learning_rate rises linearly
    over warmup_steps, then follows `schedule` (cosine to 0, or constant). clip: largest gradient norm, None for none.
    monitor: the validation metric that selects the best weights; it should be low (monitor_mode min) or high (max).
    validation_steps: steps between validations, None for one an epoch. patience: validations without a better one
    before the run stops, None for never. checkpoint_steps: steps between checkpoints, None for one an epoch; the best
    validation so far and the end of the run save one, too. keep: last checkpoints kept besides the best. precision:
    auto is bf16 on a GPU that has it, float32 elsewhere.
    device: auto takes a GPU where there is one. log_steps: steps between lines of the metric log.
    """

    seed: int = 0
    batch_size: int = 256
    epochs: int | None = None
    max_steps: int | None = None
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 0
    schedule: str = "cosine"
    clip: float | None = 1.0
    accumulation: int = 1
    monitor: str = "validation_loss"
    monitor_mode: str = "min"
    validation_steps: int | None = None
    patience: int | None = None
    checkpoint_steps: int | None = None
    keep: int = 2
    precision: str = "auto"
    device: str = "auto"
    workers: int = 0
    processes: int = 1
    log_steps: int = 1
    tracker_steps: int = 10

    def __post_init__(self) -> None:
        if self.epochs is None and self.max_steps is None:
            raise KnockonError("training: give epochs or max_steps, else it never ends")
        for name in ("batch_size", "accumulation", "keep", "processes", "log_steps", "tracker_steps"):
            self._at_least(name, 1)
        for name in ("epochs", "max_steps", "validation_steps", "patience", "checkpoint_steps"):
            if getattr(self, name) is not None:
                self._at_least(name, 1)
        for name in ("warmup_steps", "workers", "seed", "weight_decay"):
            self._at_least(name, 0)
        self._at_least("learning_rate", 1e-12)
        if self.clip is not None:
            self._at_least("clip", 1e-12)
        self._one_of("schedule", ("cosine", "constant"))
        self._one_of("monitor_mode", ("min", "max"))
        self._one_of("precision", ("auto", "float32", "bf16"))
        self._one_of("device", ("auto", "cpu"))

    def _at_least(self, name: str, least: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least:
            raise KnockonError(f"training: {name} is {value!r}; it must be a number, {least} or more")

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> None:
        if getattr(self, name) not in allowed:
            raise KnockonError(f"training: {name} is {getattr(self, name)!r}; choose one of {', '.join(allowed)}")

    def fingerprint(self) -> dict[str, Any]:
        """The settings on which the trained weights depend."""
        return {f"training.{name}": value for name, value in asdict(self).items() if name not in _HARMLESS}

    def total_steps(self, steps_per_epoch: int) -> int:
        """Length of the run in steps."""
        lengths = [self.max_steps, None if self.epochs is None else self.epochs * steps_per_epoch]
        return min(length for length in lengths if length is not None)


def settings_from(values: dict[str, Any]) -> TrainingSettings:
    """Read settings from a section of params.yaml. Raises KnockonError that names an unknown or impossible one."""
    refuse_unknown("training", "setting", values, [field.name for field in fields(TrainingSettings)])
    return TrainingSettings(**values)
