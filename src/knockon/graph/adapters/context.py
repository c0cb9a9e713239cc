"""What experiments share: the environments they were made in, the data sets they belong to and the publications.

Each is a node of its own, so that nothing of it is repeated in every experiment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.tables import EdgeTable, NodeTable


@dataclass(frozen=True)
class Provenance:
    """Where the experiments of one file come from: its name in the manifest, and what the manifest says of it.

    temperature: °C; None where the file itself says it, or nobody does.
    """

    name: str
    file: str
    format: str
    dataset: str
    publication: str
    media: str
    temperature: float | None


@dataclass
class Context:
    """Collects the sources of experiments and their environments, of all adapters."""

    sources: list[Provenance] = field(default_factory=list)
    environments: dict[str, tuple[str, float | None]] = field(default_factory=dict)

    def add(self, source: Provenance) -> int:
        """Take in a source; returns its number."""
        self.sources.append(source)
        return len(self.sources) - 1

    def environment_of(
        self, source: Provenance, temperatures: pa.ChunkedArray, media: pa.ChunkedArray | None = None
    ) -> pa.Array:
        """Identifier of each row's environment: its medium and temperature in °C, the row's own before the file's."""
        filled = pc.fill_null(temperatures, source.temperature) if source.temperature is not None else temperatures
        encoded = filled.combine_chunks().dictionary_encode(null_encoding="encode")
        celsius = encoded.dictionary.to_pylist()
        if media is None or media.null_count == len(media):
            names = [self.environment(source, temperature) for temperature in celsius]
            return pa.array(names, pa.string()).take(encoded.indices)
        medium = pc.fill_null(media, source.media).combine_chunks().dictionary_encode()
        known = medium.dictionary.to_pylist()
        codes = encoded.indices.to_numpy().astype(np.int64) * len(known) + medium.indices.to_numpy()
        distinct, rows = np.unique(codes, return_inverse=True)
        pairs = zip(*np.divmod(distinct, len(known)), strict=True)
        names = [self.environment(source, celsius[place], known[which]) for place, which in pairs]
        return pa.array(names, pa.string()).take(pa.array(rows))

    def environment(self, source: Provenance, temperature: float | None, media: str | None = None) -> str:
        """Identifier of the environment of a source at a temperature in °C; its medium where none is given."""
        media = source.media if media is None else media
        name = media if temperature is None else f"{media}-{temperature:g}C"
        self.environments[name] = (media, temperature)
        return name

    def column(self, attribute: str, numbers: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
        """An attribute of Provenance for each row, by the number of the row's source."""
        return pa.array([getattr(source, attribute) for source in self.sources], pa.string()).take(numbers)

    def tables(self) -> Iterator[NodeTable | EdgeTable]:
        """Yield environments, data sets and publications, and which publication reports which data set."""
        if not self.sources:
            return
        names = sorted(self.environments)
        media, temperatures = zip(*(self.environments[name] for name in names), strict=True) if names else ((), ())
        columns = {"id": pa.array(names, pa.string()), "media": pa.array(media, pa.string())}
        yield NodeTable("Environment", pa.table({**columns, "temperature": pa.array(temperatures, pa.float64())}))
        datasets = sorted({source.dataset for source in self.sources})
        of_dataset = [[source for source in self.sources if source.dataset == name] for name in datasets]
        files = pa.array([sorted(source.name for source in group) for group in of_dataset], pa.list_(pa.string()))
        formats = pa.array([sorted({source.format for source in group}) for group in of_dataset], pa.list_(pa.string()))
        yield NodeTable(
            "Dataset", pa.table({"id": pa.array(datasets, pa.string()), "files": files, "formats": formats})
        )
        publications = pa.array(sorted({source.publication for source in self.sources}), pa.string())
        yield NodeTable("Publication", pa.table({"id": publications, "reference": publications}))
        reported = sorted({(source.dataset, source.publication) for source in self.sources})
        ends = [pa.array([pair[end] for pair in reported], pa.string()) for end in (0, 1)]
        yield EdgeTable("ReportedIn", "Dataset", "Publication", pa.table(ends, names=["source", "target"]))
