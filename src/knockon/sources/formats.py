"""What a file format is to knockon: the schema of its table, and its reader. Each study lists its own in formats.py."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from knockon.errors import KnockonError, nearest
from knockon.sources.reading import ReadResult

Reader = Callable[..., ReadResult]
Stream = Callable[..., Iterator[ReadResult]]


@dataclass(frozen=True)
class Format:
    """A published format.

    `read(path, **options)` gives all rows in `schema`; files that come along (`companions` in the registry) are
    options that hold a path. `stream`, where there is one, gives the same rows block by block in bounded memory.
    `produces` says which room the rows are for: experiments, genes, strains, sequences, ontology, network, profiles or
    variants.
    """

    name: str
    description: str
    produces: str
    schema: pa.Schema
    read: Reader
    stream: Stream | None = None

    def blocks(self, path: Path, **options: Any) -> Iterator[ReadResult]:
        """Give the rows block by block; one block where the format has no stream."""
        if self.stream is not None:
            yield from self.stream(path, **options)
        else:
            yield self.read(path, **options)


Readers = Mapping[str, list[tuple[str, pa.Schema, Reader, str]]]
"""What the rows are for → (name, schema, reader, description)."""


def formats_of(readers: Readers, streams: Mapping[str, Stream] | None = None) -> dict[str, Format]:
    """Format name → Format."""
    return {
        name: Format(name, description, produces, schema, read, (streams or {}).get(name))
        for produces, listed in readers.items()
        for name, schema, read, description in listed
    }


def find_format(name: str, formats: Mapping[str, Format]) -> Format:
    """Look a format up. Raises KnockonError that names the nearest ones where there is none of this name."""
    if name in formats:
        return formats[name]
    raise KnockonError(f"there is no format {name!r}{nearest(name, formats)} (`knockon sources formats` lists them)")
