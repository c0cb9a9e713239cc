"""The raw files of a manifest, read when asked for; what was refused is collected, and what nobody read is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from knockon.errors import KnockonError
from knockon.graph.adapters.context import Provenance
from knockon.graph.adapters.naming import Naming
from knockon.graph.manifest import RawFile
from knockon.graph.rejects import Rejects
from knockon.sources.formats import Format
from knockon.sources.reading import ReadResult

_BLOCK_ROWS = 1 << 20


@dataclass
class Library:
    """The raw files. Raises KnockonError for a format that does not exist, and for two files of one name."""

    files: list[RawFile]
    formats: Mapping[str, Format]
    rejects: Rejects = field(default_factory=Rejects)
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        names = [file.name for file in self.files]
        if repeated := next((name for name in names if names.count(name) > 1), None):
            raise KnockonError(f"two files have the name {repeated}: give your own another one in params.yaml")
        for file in self.files:
            if file.format is not None and file.format not in self.formats:
                raise KnockonError(f"{file.name}: there is no format {file.format}; see knockon sources formats")
        self.files = [self._with_its_format(file) for file in self.files]

    def _with_its_format(self, file: RawFile) -> RawFile:
        if file.format is None:
            return file
        return replace(file, format=self.formats[file.format].with_options(file.options, self.formats).name)

    def of_format(self, *formats: str) -> list[RawFile]:
        """The files of these formats, in the manifest's order."""
        chosen = [file for file in self.files if file.format in formats]
        self._used |= {file.name for file in chosen}
        return chosen

    def apart(self, *formats: str) -> list[RawFile]:
        """The files of these formats that are not read as a companion of another file."""
        companions = self._companions()
        return [file for file in self.of_format(*formats) if file.path not in companions]

    def experiments(self) -> list[RawFile]:
        """The files of measurements."""
        return self.of_format(*(name for name, known in self.formats.items() if known.produces == "experiments"))

    def read(self, file: RawFile) -> pa.Table:
        """Accepted rows of a file."""
        return self.accept(file, self.formats[str(file.format)].read(file.path, **file.arguments()))

    def accept(self, file: RawFile, result: ReadResult) -> pa.Table:
        """Keep a result's rejects and give its rows."""
        self.rejects.add(file.name, result.rejects)
        return result.table

    def joined(self, format_: str) -> pa.Table | None:
        """All rows of all files of a format; None where there is no such file."""
        tables = [self.read(file) for file in self.of_format(format_)]
        return pa.concat_tables(tables).combine_chunks() if tables else None

    def resolved(self, naming: Naming, file: RawFile, *columns: str) -> pa.Table:
        """Accepted rows of a file whose gene names could be resolved."""
        return naming.resolve(self.read(file), columns, file.name, file.path.name)

    def all_resolved(self, naming: Naming, formats: tuple[str, ...], *columns: str) -> pa.Table | None:
        """As `resolved`, all files of these formats together; None where there is none."""
        tables = [self.resolved(naming, file, *columns) for file in self.of_format(*formats)]
        return pa.concat_tables(tables).combine_chunks() if tables else None

    def blocks(self, file: RawFile) -> Iterator[pa.Table]:
        """Accepted rows of a file in blocks of bounded size, also where its reader gives one large table."""
        for result in self.formats[str(file.format)].blocks(file.path, **file.arguments()):
            table = self.accept(file, result)
            for start in range(0, table.num_rows, _BLOCK_ROWS):
                yield table.slice(start, _BLOCK_ROWS)

    def unused(self) -> list[str]:
        """Names of files that nothing asked for, neither themselves nor as another file's companion."""
        companions = self._companions()
        return sorted(file.name for file in self.files if file.name not in self._used and file.path not in companions)

    def _companions(self) -> set[object]:
        return {path for file in self.files for path in file.companions.values()}


def provenance(file: RawFile) -> Provenance:
    """Where a file's experiments come from. Raises KnockonError where the manifest does not say it."""
    for key in ("dataset", "publication", "media"):
        if not getattr(file, key):
            raise KnockonError(f"{file.name}: experiments need a {key}: state it in the manifest")
    stated = (str(file.format), str(file.dataset), str(file.publication), str(file.media))
    return Provenance(file.name, file.path.name, *stated, file.temperature)
