"""What the benchmark's stages share: the labelled strains of one of its tables."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.dataset.splits import SIDES, SPLIT_SCHEMA
from knockon.dataset.store import RecordStore
from knockon.models.strains.labelled import Label, LabelledStrains, labelled_strains
from knockon.stages.stage import Params
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import directions


@dataclass(frozen=True)
class BenchmarkTable:
    """One label of the benchmark. datasets: where its records come from, all if empty. temperature: °C."""

    name: str
    label: str
    datasets: tuple[str, ...]
    temperature: float

    @classmethod
    def of(cls, params: Params, name: str) -> "BenchmarkTable":
        """The table of that name in params.yaml."""
        found = params[f"yeast.benchmark.tables.{name}"]
        return cls(name, found["label"], tuple(found["datasets"]), found["temperature"])

    def strains(self, split: str, size: int, seed: int, genes: tuple[str, ...]) -> LabelledStrains:
        """Its strains, of which `size` train and validate; genes: of the representation."""
        table = pq.read_table(paths.SPLITS / f"{split}.parquet", schema=SPLIT_SCHEMA)
        label = Label(self.label, self.datasets, self.temperature)
        return labelled_strains(RecordStore(paths.STORE), table, genes, label, size, seed, self.directions())

    def directions(self) -> pa.Table:
        """Its measurements of pairs by direction."""
        return directions(self.label, list(self.datasets))


def too_few(data: LabelledStrains, size: int) -> str | None:
    """Why a size can't be had: fewer strains train and validate than it asks for; None where it can."""
    fitted = int(((data.side >= 0) & (data.side < SIDES.index("test"))).sum())
    return None if fitted == size else f"{fitted:,} strains train and validate, fewer than {size:,}"
