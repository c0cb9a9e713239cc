"""Vectors of millions of texts on disk, found by 64-bit digests: embedded once, mapped into memory ever after.

A folder holds blocks, Arrow files that are written once under a name of their own and never changed: a killed run loses
the block it was at, and two runs may add to one folder. `EmbeddingCache` beside it keeps thousands of long sequences
in files whose bytes say nothing of their history, which costs a sorted file written anew for every block.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Matrix, Rows
from knockon.artifact import check, stamp_text
from knockon.atomic import atomic_path
from knockon.errors import FormatError, KnockonError
from knockon.hashing import Hashes, digest
from knockon.leftovers import remove_leftovers

_KIND, _VERSION = "vector_blocks", 1
_SUFFIX = ".arrow"

_RUN = 64
"""Of so many texts that stand together one is looked up, and the others are expected behind it."""


class VectorBlocks:
    """Vectors and notes by digest. described: what made the vectors; a folder of another is refused.

    notes: all distinct notes, "" the first; places: numbers of texts as `find` gives them.
    """

    def __init__(self, folder: Path, dimensions: int, described: Mapping[str, str]) -> None:
        self._folder, self._dimensions, self._described = folder, dimensions, dict(described)
        self._vectors: list[Matrix] = []
        self._digests: list[Hashes] = []
        self._codes: list[NDArray[np.int16]] = []
        self.notes = [""]
        self._all = self._sorted = np.zeros(0, dtype=np.uint64)
        self._order = np.zeros(0, dtype=np.int64)
        remove_leftovers(folder)
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            self._add(path)

    def __len__(self) -> int:
        return sum(len(each) for each in self._digests)

    def find(self, digests: Hashes) -> Rows:
        """Place of each, int64 (texts,), -1 where it is not here."""
        self._index()
        if not len(self._sorted) or not len(digests):
            return np.full(len(digests), -1, dtype=np.int64)
        # A library mostly comes in the order in which it was embedded, and its texts stand one behind another here.
        within = np.arange(len(digests)) % _RUN
        found = np.repeat(self._searched(digests[::_RUN]), _RUN)[: len(digests)] + within
        found[found >= len(self._all)] = 0
        missed = np.flatnonzero(self._all[found] != digests)
        found[missed] = self._searched(digests[missed])
        return found

    def _searched(self, digests: Hashes) -> Rows:
        at = np.minimum(np.searchsorted(self._sorted, digests), len(self._sorted) - 1)
        return np.where(self._sorted[at] == digests, self._order[at], -1)

    def take(self, places: Rows) -> Matrix:
        """Vectors at places, none of them -1: float32 (places, dimensions)."""
        found = np.empty((len(places), self._dimensions), dtype=np.float32)
        starts = np.cumsum([0, *(len(each) for each in self._digests)])
        order = np.argsort(places, kind="stable")
        cuts = np.searchsorted(places[order], starts)
        for block in np.flatnonzero(np.diff(cuts)):
            rows = order[cuts[block] : cuts[block + 1]]
            found[rows] = self._vectors[block][places[rows] - starts[block]]
        return found

    def codes(self, places: Rows) -> NDArray[np.int16]:
        """Numbers of the notes at places, in `notes`: int16 (places,)."""
        if not len(places):
            return np.zeros(0, dtype=np.int16)
        return np.concatenate(self._codes)[places]

    def append(self, digests: Hashes, vectors: Matrix, notes: Sequence[str]) -> None:
        """Write a block, whole or not at all. digests: distinct, (texts,); vectors: float32 (texts, dimensions).

        notes: what is to be known of each text besides, "" where nothing is. Raises KnockonError for vectors of another
        shape or that are not finite, and where the block can't be written.
        """
        if vectors.shape != (len(digests), self._dimensions) or not np.isfinite(vectors).all():
            raise KnockonError(f"vectors of shape {vectors.shape} for {len(digests)} texts, or not all finite")
        if not len(digests):
            return
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        columns = [
            pa.array(digests),
            pa.FixedSizeListArray.from_arrays(flat, self._dimensions),
            pa.array(notes, pa.string()).dictionary_encode(),
        ]
        path = self._folder / f"{digest(digests, vectors)}{_SUFFIX}"
        schema = self._schema()
        with atomic_path(path, durable=True) as temporary, pa.ipc.new_file(str(temporary), schema) as writer:
            writer.write_batch(pa.record_batch(columns, schema=schema))
        self._add(path)

    def _schema(self) -> pa.Schema:
        fields = [
            pa.field("digest", pa.uint64(), nullable=False, metadata={"unit": "of the text as it is"}),
            pa.field("vector", pa.list_(pa.float32(), self._dimensions), metadata={"unit": "of the model"}),
            pa.field("note", pa.dictionary(pa.int32(), pa.string()), metadata={"unit": "why there is none, or empty"}),
        ]
        return pa.schema(fields, metadata={**stamp_text(_KIND, _VERSION), **self._described})

    def _add(self, path: Path) -> None:
        """Map a block. NumPy's map holds no file open, so that thousands of blocks may be mapped."""
        try:
            table = pa.ipc.open_file(pa.py_buffer(np.memmap(path, dtype=np.uint8, mode="r"))).read_all()
        except (pa.ArrowInvalid, OSError, ValueError) as error:
            raise FormatError(
                f"{path}: damaged ({str(error)[:100]}); delete this file and its vectors are computed again"
            ) from error
        stated = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        check(stated, _KIND, (_VERSION,), path)
        if (
            not table.schema.equals(self._schema(), check_metadata=False)
            or not self._described.items() <= stated.items()
        ):
            raise KnockonError(f"{path}: holds vectors of {stated}, not of {self._described}; delete the folder")
        vectors = table["vector"].chunk(0).flatten().to_numpy().reshape(-1, self._dimensions)
        note = table["note"].chunk(0)
        known = {text: code for code, text in enumerate(self.notes)}
        for text in note.dictionary.to_pylist():
            known.setdefault(text, len(known))
        self.notes = list(known)
        table_of_codes = np.array([known[text] for text in note.dictionary.to_pylist()], dtype=np.int16)
        self._vectors.append(vectors)
        self._digests.append(table["digest"].chunk(0).to_numpy())
        self._codes.append(table_of_codes[note.indices.to_numpy()])

    def _index(self) -> None:
        """Sort the digests anew where blocks came since."""
        if len(self._sorted) != len(self):
            self._all = np.concatenate(self._digests)
            self._order = np.argsort(self._all)
            self._sorted = self._all[self._order]
