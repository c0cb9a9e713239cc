"""The served model of the avGFP study on disk: what `knockon predict gfp` reads.

What is asked of it can be checked against `read_description` alone, without PyTorch, which takes seconds to import.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError, KnockonError

if TYPE_CHECKING:
    from knockon.evaluation.growing_intervals import Widths
    from knockon.models.variants.fitting import Fitted, Setting
    from knockon.models.variants.global_epistasis import GlobalEpistasis
    from knockon.models.variants.inputs import VariantInputs
    from knockon.models.variants.monotone import Monotone

_FILE = "served.json"
_KIND, _VERSION = "gfp.served", 2


@dataclass(frozen=True)
class Description:
    """What served.json says. reference: the protein. setting: of the fits.

    low, high: where the curve of the fits began, log10 fluorescence. knots: x and y of the curve from the mean of the
    fits to brightness. quantiles: interval level as text → how many predicted standard deviations lie on either side.
    growth: level → what each mutation beyond known + 1 adds to the square of that number; empty where it adds nothing.
    known: the most mutations of a fitted variant.
    """

    reference: str
    setting: dict[str, Any]
    low: float
    high: float
    knots: tuple[NDArray[np.float64], NDArray[np.float64]]
    quantiles: dict[str, float]
    growth: dict[str, float] = field(default_factory=dict)
    known: int = 0


@dataclass(frozen=True)
class Served:
    """The mean of several global-epistasis models, its curve to brightness, and what is told of it."""

    description: Description
    models: tuple["GlobalEpistasis", ...]
    monotone: "Monotone"

    def predict(self, tokens: NDArray[np.int64], barcodes: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Brightness and its predicted standard deviation, each (variants,), of mutation tokens (variants, width)."""
        import torch

        from knockon.models.variants.global_epistasis import deviation

        with torch.no_grad():
            answers = [model.brightness(torch.from_numpy(tokens)).double().numpy() for model in self.models]
        measured = np.full(len(tokens), barcodes, dtype=np.int32)
        squares = [deviation(model, each, measured) ** 2 for model, each in zip(self.models, answers, strict=True)]
        return self.monotone(np.mean(answers, axis=0)), np.sqrt(np.mean(squares, axis=0))


def save_served(
    folder: Path,
    setting: "Setting",
    fits: "Sequence[Fitted]",
    joined: "Fitted",
    data: "VariantInputs",
    widths: "Mapping[str, Widths]",
) -> None:
    """Write what the weights of the fits, already in `folder`, need to answer for any variant.

    widths: half widths of intervals by level as text.
    """
    from knockon.models.variants.global_epistasis import GlobalEpistasis
    from knockon.models.variants.selection import curve_of

    curve = curve_of(joined, data)
    first = fits[0].module
    assert isinstance(first, GlobalEpistasis)
    content = {
        **stamp(_KIND, _VERSION),
        "reference": data.reference,
        "setting": setting,
        "range": [float(first.knots[0]), float(first.knots[-1])],
        "curve": {"x": curve.x.tolist(), "y": curve.y.tolist()},
        "quantiles": {level: width.first for level, width in widths.items()},
        "growth": {level: width.added for level, width in widths.items()},
        "known": int(data.mutations[np.concatenate([data.train, data.validation])].max()),
    }
    write_json(folder / _FILE, content)


def read_description(folder: Path) -> Description:
    """Read what is told of a served model. Raises KnockonError where there is none, FormatError where it is damaged."""
    try:
        content = json.loads((folder / _FILE).read_text())
        check(content, _KIND, (UNSTAMPED, 1, _VERSION), folder / _FILE)
        low, high = content["range"]
        knots = np.array(content["curve"]["x"]), np.array(content["curve"]["y"])
        growth, known = content.get("growth", {}), content.get("known", 0)
        return Description(
            content["reference"], content["setting"], low, high, knots, content["quantiles"], growth, known
        )
    except FileNotFoundError as error:
        raise KnockonError(f"{folder}: there is no trained model; run `dvc repro gfp_train` or `dvc pull`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def load_served(folder: Path, description: Description | None = None) -> Served:
    """Read a served model. Raises KnockonError where it was not trained, FormatError where a file is damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from knockon.models.variants.global_epistasis import GlobalEpistasis
    from knockon.models.variants.monotone import Monotone

    told = description or read_description(folder)
    models = []
    for path in sorted(folder.glob("seed-*.safetensors")):
        try:
            shrinkage, noise = float(told.setting["shrinkage"]), str(told.setting["noise"])
            model = GlobalEpistasis(told.reference, told.low, told.high, shrinkage, 1, noise)
            model.load_state_dict(load_file(path))
        except (ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise _damaged(folder, error) from error
        models.append(model.eval())
    return Served(told, tuple(models), Monotone(*told.knots))


def _damaged(folder: Path, error: Exception) -> FormatError:
    return FormatError(f"{folder}: the model's files are damaged ({error}); train it again")
