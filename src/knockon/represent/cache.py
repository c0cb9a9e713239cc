"""Sequence vectors by content: a sequence is embedded once per model and revision, whoever asks, in whatever order.

A folder per model and revision holds 16 Parquet shards, by the first digit of a sequence's SHA-256; within a shard rows
are sorted, so that equal content gives equal bytes and a new gene rewrites one shard.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.artifact import check, stamp_text
from knockon.atomic import write_parquet
from knockon.errors import FormatError, KnockonError
from knockon.progress import progress_bar
from knockon.represent.encoder import SequenceEncoder

_KIND = "embedding_cache"
_VERSION = 1
_DIGITS = "0123456789abcdef"


class EmbeddingCache:
    """Vectors of sequences in a folder.

    block: sequences embedded between two writes; what a killed run loses at most.
    """

    def __init__(self, folder: Path, block: int = 256) -> None:
        self._folder = folder
        self._block = block

    def embed(self, encoder: SequenceEncoder, sequences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of sequences, float32, shape (sequences, dimensions); only those that are new reach the encoder.

        Raises KnockonError where the encoder gives a wrong shape or a value that is not finite, or a shard is damaged.
        """
        keys = np.array([hashlib.sha256(sequence.encode()).hexdigest() for sequence in sequences])
        distinct, first = np.unique(keys, return_index=True)
        folder = self._folder / _folder_name(encoder)
        shards = {
            digit: _read_shard(folder / f"{digit}.parquet", encoder) for digit in sorted({k[0] for k in distinct})
        }
        known = np.concatenate([_keys_of(shard) for shard in shards.values()]) if shards else np.zeros(0, dtype="U64")
        missing = first[~np.isin(distinct, known)]
        self._fill(folder, encoder, shards, keys[missing], [sequences[row] for row in missing])
        return _look_up(shards, keys, encoder.dimensions)

    def _fill(
        self,
        folder: Path,
        encoder: SequenceEncoder,
        shards: dict[str, pa.Table],
        keys: NDArray[np.str_],
        sequences: list[str],
    ) -> None:
        """Embed new sequences (sorted by key) block by block and write each block's shards before the next."""
        with progress_bar() as bar:
            task = bar.add_task(f"embedding with {encoder.name}", total=len(sequences))
            for start in range(0, len(sequences), self._block):
                chosen = slice(start, start + self._block)
                vectors = _checked(encoder.encode(sequences[chosen]), encoder, len(sequences[chosen]))
                for digit in sorted({key[0] for key in keys[chosen]}):
                    rows = np.char.startswith(keys[chosen], digit)
                    fresh = _shard(keys[chosen][rows], vectors[rows], encoder)
                    shards[digit] = pa.concat_tables([shards[digit], fresh]).sort_by("sha256").combine_chunks()
                    write_parquet(folder / f"{digit}.parquet", shards[digit])
                bar.advance(task, len(sequences[chosen]))


def _keys_of(shard: pa.Table) -> NDArray[np.str_]:
    """The SHA-256 of each row, hexadecimal."""
    return np.array(shard["sha256"].to_pylist(), dtype="U64")


def _folder_name(encoder: SequenceEncoder) -> str:
    """Readable, and still distinct where two names differ only in characters that a file system can't hold."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{encoder.name}-{encoder.revision}")[:80]
    digest = hashlib.sha256(f"{encoder.name}\n{encoder.revision}".encode()).hexdigest()
    return f"{readable}-{digest[:8]}"


def _metadata(encoder: SequenceEncoder) -> dict[str, str]:
    return {
        **stamp_text(_KIND, _VERSION),
        "encoder": encoder.name,
        "revision": encoder.revision,
        "dimensions": str(encoder.dimensions),
    }


def _schema(encoder: SequenceEncoder) -> pa.Schema:
    vector = pa.list_(pa.float32(), encoder.dimensions)
    fields = [
        pa.field("sha256", pa.string(), nullable=False, metadata={"unit": "of the sequence, hexadecimal"}),
        pa.field("vector", vector, nullable=False, metadata={"unit": "of the model"}),
    ]
    return pa.schema(fields, metadata=_metadata(encoder))


def _shard(keys: NDArray[np.str_], vectors: NDArray[np.float32], encoder: SequenceEncoder) -> pa.Table:
    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel(), type=pa.float32()), encoder.dimensions)
    return pa.table([pa.array(keys.tolist(), type=pa.string()), lists], schema=_schema(encoder))


def _read_shard(path: Path, encoder: SequenceEncoder) -> pa.Table:
    if not path.exists():
        return _shard(np.zeros(0, dtype="U64"), np.zeros((0, encoder.dimensions), dtype=np.float32), encoder)
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"{path}: damaged ({error}); delete this file and its vectors are computed again") from error
    found = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    check(found, _KIND, (_VERSION,), path)
    if found != _metadata(encoder):
        raise KnockonError(
            f"{path}: holds vectors of {found}, not of {_metadata(encoder)}; delete it or choose another cache folder"
        )
    # What Parquet adds to the fields on reading would change the bytes of the next writing.
    return pa.table(table.columns, schema=_schema(encoder))


def _checked(vectors: NDArray[np.float32], encoder: SequenceEncoder, rows: int) -> NDArray[np.float32]:
    if vectors.shape != (rows, encoder.dimensions):
        raise KnockonError(f"{encoder.name}: gave shape {vectors.shape} instead of {(rows, encoder.dimensions)}")
    if not np.isfinite(vectors).all():
        raise KnockonError(f"{encoder.name}: gave values that are not finite; nothing of this block was kept")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _look_up(shards: dict[str, pa.Table], keys: NDArray[np.str_], dimensions: int) -> NDArray[np.float32]:
    if not len(keys):
        return np.zeros((0, dimensions), dtype=np.float32)
    stored = pa.concat_tables(list(shards.values())).combine_chunks()
    rows = pc.index_in(pa.array(keys.tolist()), value_set=stored["sha256"].combine_chunks())
    flat = stored["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(-1, dimensions)[rows.to_numpy()]
