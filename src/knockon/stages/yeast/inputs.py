"""What the fitting stages read alike: the labelled strains of an experiment, and a representation."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.dataset.directions import DIRECTION_SCHEMA
from knockon.dataset.splits import SPLIT_SCHEMA
from knockon.dataset.store import RecordStore
from knockon.models.strains.labelled import Label, LabelledStrains, labelled_strains
from knockon.represent.representation import Representation
from knockon.represent.storage import read_representation
from knockon.stages.stage import Params
from knockon.stages.yeast import paths


def size_of(value: int | str) -> int | None:
    """Number of experiments, from params.yaml or the command line; None for all."""
    return None if value == "all" else int(value)


def representation(name: str) -> Representation:
    """The gene vectors of a representation."""
    return read_representation(paths.EMBEDDINGS / f"{name}.parquet")


def directions(label: str, datasets: list[str]) -> pa.Table:
    """Measurements of pairs by direction: DIRECTION_SCHEMA. datasets: where they come from, all if empty."""
    wanted = pc.field("phenotype") == label
    if datasets:
        wanted &= pc.field("dataset").isin(datasets)
    return pq.read_table(paths.DIRECTIONS, schema=DIRECTION_SCHEMA, filters=wanted)


def strains(params: Params, label: str, split: str, size: int | None, genes: tuple[str, ...]) -> LabelledStrains:
    """The labelled strains of one experiment; needs yeast.dataset.labels, .temperature and yeast.splits.seed."""
    datasets = params["yeast.dataset.labels"][label]
    chosen = Label(label, tuple(datasets), params["yeast.dataset.temperature"])
    table = pq.read_table(paths.SPLITS / f"{split}.parquet", schema=SPLIT_SCHEMA)
    store, directed = RecordStore(paths.STORE), directions(label, datasets)
    return labelled_strains(store, table, genes, chosen, size, params["yeast.splits.seed"], directed)
