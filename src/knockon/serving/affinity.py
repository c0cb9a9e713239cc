"""The served model of the affinity study on disk: what `knockon predict affinity` and `knockon screen` read.

A folder holds served.json (what the model is, its unit, its intervals), pairs.safetensors (the pairs that it learned
from) and model/, the files of the model itself. The description can be read without PyTorch or LightGBM.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knockon.artifact import check, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError, KnockonError
from knockon.models.binding.pair_files import load_pairs, save_pairs
from knockon.models.binding.protocol import BindingModel, Pairs
from knockon.models.binding.registry import build

_FILE, _PAIRS, _MODEL = "served.json", "pairs.safetensors", "model"
_KIND, _VERSION = "affinity.served", 1


@dataclass(frozen=True)
class AffinityDescription:
    """What served.json says.

    name: of the model in params.yaml; kind: in `models.binding.registry`; settings, training: what it is built with.
    unit: of predictions, pK or KIBA. source, split: of its training pairs. quantiles: interval level as text → half the
    width of the interval, in the unit; it is the same everywhere, and was found on validation pairs.
    """

    name: str
    kind: str
    settings: dict[str, Any]
    training: dict[str, Any]
    unit: str
    source: str
    split: str
    quantiles: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ServedAffinity:
    """A fitted model, what is told of it, and its training pairs: the nearest to a question are looked up there."""

    description: AffinityDescription
    model: BindingModel
    pairs: Pairs


def save_served(folder: Path, served: ServedAffinity) -> None:
    """Write into an existing folder."""
    (folder / _MODEL).mkdir()
    served.model.save(folder / _MODEL)
    save_pairs(folder / _PAIRS, "affinity.pairs", served.pairs)
    told = {name: _sorted(value) for name, value in served.description.__dict__.items()}
    write_json(folder / _FILE, {**stamp(_KIND, _VERSION), **dict(sorted(told.items()))})


def _sorted(value: Any) -> Any:
    """Settings by name: their order in params.yaml has no meaning, and must not change the file."""
    return {name: _sorted(value[name]) for name in sorted(value)} if isinstance(value, dict) else value


def read_description(folder: Path) -> AffinityDescription:
    """Read what is told of a served model. Raises KnockonError where there is none, FormatError where it is damaged."""
    try:
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        check(content, _KIND, (_VERSION,), folder / _FILE)
        return AffinityDescription(**{name: content[name] for name in AffinityDescription.__dataclass_fields__})
    except FileNotFoundError as error:
        raise KnockonError(
            f"{folder}: there is no trained model; run `dvc repro affinity_train` or `dvc pull`"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{folder}: the model's files are damaged ({error}); train it again") from error


def load_served(folder: Path, description: AffinityDescription | None = None) -> ServedAffinity:
    """Read a served model. Raises KnockonError where it was not trained, FormatError where a file is damaged."""
    told = description or read_description(folder)
    model = load_model(folder, told)
    pairs, _ = load_pairs(folder / _PAIRS, "affinity.pairs")
    return ServedAffinity(told, model, pairs)


def load_model(folder: Path, description: AffinityDescription) -> BindingModel:
    """The fitted model alone. Raises as `load_served`."""
    model = build(description.kind, description.settings, description.training)
    model.load(files_of(folder))
    return model


def files_of(folder: Path) -> Path:
    """The folder of the model's own files."""
    return folder / _MODEL
