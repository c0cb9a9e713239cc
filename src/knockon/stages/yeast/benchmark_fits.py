"""One fit of the benchmark: a grid search, what its choice predicts of the test rows, and how both are kept.

A fit is found again where its code, strains, vectors, aggregation, model, grid and seed are those that it was made
with: a stage that was killed goes on behind the last fit, and a new value in one model's grid fits that model alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.arrays import Values
from knockon.atomic import write_parquet
from knockon.errors import KnockonError
from knockon.hashing import digest, text_hash
from knockon.models.context import Context, Inputs
from knockon.models.grid import GRID_SCHEMA, search
from knockon.models.registry import build
from knockon.models.strains.labelled import LabelledStrains
from knockon.training.fit_folders import FitFolders, name_of

CODE = Path("data/code/yeast_benchmark.txt")

_FILE = "fit.parquet"


@dataclass(frozen=True)
class Fit:
    """The chosen model of a grid, by its own name (an SVR on many strains is a Nyström form, and says so).

    predicted: float64, of the test rows. grid: GRID_SCHEMA.
    """

    name: str
    predicted: Values
    grid: pa.Table


class Fits:
    """The fits of one representation on one set of strains. grids: by model."""

    def __init__(
        self, folders: FitFolders, label: str, data: LabelledStrains, grids: Mapping[str, Any], seed: int
    ) -> None:
        self._folders, self._label, self._data, self._grids, self._seed = folders, label, data, grids, seed
        self._train, self._validation = data.part("train"), data.part("validation")
        self._test = data.part("test").genotypes
        self._around = {"code": _code(), "label": label, "seed": seed, "strains": _strains(data)}

    def fit(self, inputs: Inputs, model: str) -> Fit:
        """Select on validation, refit, predict the test rows once; or read what an earlier run has found.

        Raises TrainingStopped where a signal came.
        """
        what = {"vectors": _vectors(inputs), "model": model, "grid": self._grids[model], **self._around}
        path = self._folders.folder(name_of(what)) / _FILE
        if not path.exists():
            write_fit(path, self._search(inputs, model))
        return read_fit(path)

    def _search(self, inputs: Inputs, model: str) -> Fit:
        found = search(
            lambda point: build(model, inputs, Context(self._label), point),
            self._grids[model],
            self._train,
            self._validation,
            self._seed,
        )
        return Fit(found.model.name, found.model.predict(self._test), found.table)


def write_fit(path: Path, fit: Fit) -> None:
    """Write a fit as one file."""
    described = {"name": fit.name, "grid": fit.grid.to_pylist()}
    table = pa.table({"predicted": fit.predicted}).replace_schema_metadata({"fit": json.dumps(described)})
    write_parquet(path, table)


def read_fit(path: Path) -> Fit:
    """Read what `write_fit` wrote: the same numbers."""
    table = pq.read_table(path)
    described = json.loads(table.schema.metadata[b"fit"])
    grid = pa.Table.from_pylist(described["grid"], schema=GRID_SCHEMA)
    return Fit(described["name"], table["predicted"].to_numpy(), grid)


def _code() -> str:
    """A digest of what this stage reaches of the package, as DVC compares it."""
    try:
        return f"{text_hash(CODE.read_text()):016x}"
    except FileNotFoundError as error:
        raise KnockonError(f"{CODE} is absent: `dvc repro code` writes it") from error


def _strains(data: LabelledStrains) -> str:
    strains = data.examples
    genotypes = strains.genotypes
    arrays = (data.keys, data.side, genotypes.indptr, genotypes.indices, strains.values, strains.weights)
    return digest(*arrays, names=",".join(genotypes.genes))


def _vectors(inputs: Inputs) -> str:
    vectors = inputs.representation
    return digest(vectors.matrix, names=",".join((inputs.aggregation, *vectors.names)))
