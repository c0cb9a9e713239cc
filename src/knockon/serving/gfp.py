"""The served model of the avGFP study on disk: what `knockon predict gfp` reads."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.intervals import conformal_quantile
from knockon.models.variants.fitting import Fitted, Setting
from knockon.models.variants.global_epistasis import GlobalEpistasis, deviation
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.monotone import Monotone
from knockon.models.variants.selection import curve_of

LEVELS = (0.5, 0.8, 0.9, 0.95)
_FILE = "served.json"
_KIND, _VERSION = "gfp.served", 1


@dataclass(frozen=True)
class Served:
    """The mean of several global-epistasis models, its curve to brightness, and its intervals.

    quantiles: interval level as text → how many predicted standard deviations lie on either side.
    """

    reference: str
    models: tuple[GlobalEpistasis, ...]
    monotone: Monotone
    quantiles: dict[str, float]

    def predict(self, tokens: NDArray[np.int64], barcodes: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Brightness and its predicted standard deviation, each (variants,), of mutation tokens (variants, width)."""
        inputs = torch.from_numpy(tokens).unsqueeze(1)
        with torch.no_grad():
            answers = [model.predict(inputs)[:, 0].double().numpy() for model in self.models]
        measured = np.full(len(tokens), barcodes, dtype=np.int32)
        squares = [deviation(model, each, measured) ** 2 for model, each in zip(self.models, answers, strict=True)]
        return self.monotone(np.mean(answers, axis=0)), np.sqrt(np.mean(squares, axis=0))


def save_served(
    folder: Path, reference: str, setting: Setting, fits: list[Fitted], joined: Fitted, data: VariantInputs
) -> None:
    """Write what the weights of the fits, already in `folder`, need to answer for any variant."""
    curve = curve_of(joined, data)
    rows = data.validation
    errors = data.brightness[rows] - curve(joined.predicted[rows])
    deviations = np.ones(len(errors)) if joined.deviations is None else joined.deviations[rows]
    first: Any = fits[0].module
    content = {
        **stamp(_KIND, _VERSION),
        "reference": reference,
        "setting": setting,
        "range": [float(first.knots[0]), float(first.knots[-1])],
        "curve": {"x": curve.x.tolist(), "y": curve.y.tolist()},
        "quantiles": {f"{level:g}": conformal_quantile(errors, deviations, level) for level in LEVELS},
    }
    write_json(folder / _FILE, content)


def load_served(folder: Path) -> Served:
    """Read a served model. Raises KnockonError where it was not trained, FormatError where a file is damaged."""
    try:
        content = json.loads((folder / _FILE).read_text())
        check(content, _KIND, (UNSTAMPED, _VERSION), folder / _FILE)
        low, high = content["range"]
        weights = [load_file(path) for path in sorted(folder.glob("seed-*.safetensors"))]
    except FileNotFoundError as error:
        raise KnockonError(f"{folder}: there is no trained model; run `dvc repro gfp_train` or `dvc pull`") from error
    except (ValueError, KeyError, SafetensorError) as error:
        raise FormatError(f"{folder}: the model's files are damaged ({error}); train it again") from error
    models = []
    for state in weights:
        setting = content["setting"]
        model = GlobalEpistasis(content["reference"], low, high, float(setting["shrinkage"]), 1, setting["noise"])
        model.load_state_dict(state)
        models.append(model.eval())
    curve = Monotone(np.array(content["curve"]["x"]), np.array(content["curve"]["y"]))
    return Served(content["reference"], tuple(models), curve, content["quantiles"])
