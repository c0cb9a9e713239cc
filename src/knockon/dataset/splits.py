"""Which records train, validate and test: by hash, so that a record's side never depends on the others.

`pair`: a group (the set of perturbed genes) is on one side with all its directions, replicates, alleles and
temperatures. Single mutants always train: that single-mutant fitness is known is the premise of predicting doubles.
`gene`: some genes are held out for the test and some of the others for validation. A strain with any test gene is
test, else with any validation gene validation, else train; so selection faces the same task as the test does.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.hashing import Hashes, text_hash, unit_interval

SIDES = ("train", "validation", "test")

SPLIT_SCHEMA = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False, metadata={"unit": "the record's identity hash"}),
        pa.field("group", pa.uint64(), nullable=False, metadata={"unit": "hash of the set of perturbed genes"}),
        pa.field("split", pa.string(), nullable=False, metadata={"unit": "train, validation or test"}),
        pa.field("seen", pa.int32(), nullable=False, metadata={"unit": "perturbed genes that training rows contain"}),
    ]
)

TRAIN, VALIDATION, TEST = range(3)

Sides = NDArray[np.int8]


def pair_split(groups: Hashes, genotypes: Genotypes, fractions: Mapping[str, float], seed: int) -> Sides:
    """Side of every record (index into SIDES), int8 (rows,): by the hash of its group; singles train.

    fractions: of groups with two or more genes, by side; they must add up to one.
    """
    shares = _shares(fractions)
    sides = np.searchsorted(np.cumsum(shares)[:-1], unit_interval(groups, seed), side="right").astype(np.int8)
    sides[genotypes.counts < 2] = TRAIN
    return sides


def gene_split(genotypes: Genotypes, held_out: Mapping[str, float], seed: int) -> tuple[Sides, dict[str, list[str]]]:
    """Side of every record, int8 (rows,), and the genes held out for validation and test, sorted.

    held_out: share of genes by side, `validation` and `test`. Pairs with a test gene are about twice that share.
    """
    test, validation = held_out.get("test", 0.0), held_out.get("validation", 0.0)
    if not (test >= 0 and validation >= 0 and test + validation < 1):
        raise KnockonError(f"held-out genes: shares must be ≥ 0 and add up to less than 1, not {dict(held_out)}")
    chance = unit_interval(np.array([text_hash(gene) for gene in genotypes.genes], dtype=np.uint64), seed)
    gene_sides = np.where(chance < test, TEST, np.where(chance < test + validation, VALIDATION, TRAIN)).astype(np.int8)
    present = np.bincount(genotypes.indices, minlength=len(genotypes.genes)) > 0
    chosen = {
        side: [genotypes.genes[i] for i in np.flatnonzero(present & (gene_sides == SIDES.index(side)))]
        for side in SIDES[1:]
    }
    return _largest(gene_sides, genotypes), chosen


def _largest(gene_sides: Sides, genotypes: Genotypes) -> Sides:
    """The strictest side among a strain's genes: TEST > VALIDATION > TRAIN."""
    sides = np.zeros(len(genotypes), dtype=np.int8)
    rows = np.repeat(np.arange(len(genotypes)), genotypes.counts)
    for side in (VALIDATION, TEST):
        sides[rows[gene_sides[genotypes.indices] == side]] = side
    return sides


def _shares(fractions: Mapping[str, float]) -> NDArray[np.float64]:
    shares = np.array([fractions.get(side, 0.0) for side in SIDES])
    if set(fractions) - set(SIDES) or (shares < 0).any() or not np.isclose(shares.sum(), 1.0):
        raise KnockonError(f"split fractions must be train, validation and test and add up to 1, not {dict(fractions)}")
    return shares


def seen_genes(sides: Sides, genotypes: Genotypes) -> NDArray[np.int32]:
    """Number of perturbed genes that occur in training records, int32 (rows,)."""
    trained = genotypes.take(sides == TRAIN)
    known = np.bincount(trained.indices, minlength=len(genotypes.genes)) > 0
    total = np.concatenate([[0], np.cumsum(known[genotypes.indices])])
    return np.diff(total[genotypes.indptr]).astype(np.int32)


def split_table(keys: Hashes, groups: Hashes, sides: Sides, genotypes: Genotypes) -> pa.Table:
    """The split as it is stored: SPLIT_SCHEMA, in the order of the records."""
    names = pa.DictionaryArray.from_arrays(pa.array(sides), pa.array(SIDES)).cast(pa.string())
    return pa.Table.from_arrays([keys, groups, names, seen_genes(sides, genotypes)], schema=SPLIT_SCHEMA)


def leaks(split: pa.Table, groups: Hashes) -> Hashes:
    """Groups that stand on more than one side, sorted; none in a sound split.

    split: SPLIT_SCHEMA. groups: uint64 (rows,), computed from the records anew, so that a wrong `group` column is
    found too.
    """
    sides = _codes(split["split"])
    order = np.lexsort((sides, groups))
    groups, sides = groups[order], sides[order]
    return np.unique(groups[1:][(groups[1:] == groups[:-1]) & (sides[1:] != sides[:-1])])


def summarise(split: pa.Table, genotypes: Genotypes, seed: int, held_out: Mapping[str, list[str]]) -> dict[str, Any]:
    """Counts by side and by side × perturbed × seen genes, the held-out genes, the seed, a hash of the content."""
    table = pa.table({"split": split["split"], "perturbed": genotypes.counts, "seen": split["seen"]})
    counted = table.group_by(["split", "perturbed", "seen"], use_threads=False).aggregate([([], "count_all")])
    rows = sorted(counted.to_pylist(), key=lambda row: (SIDES.index(row["split"]), row["perturbed"], row["seen"]))
    totals = {side: sum(row["count_all"] for row in rows if row["split"] == side) for side in SIDES}
    return {
        "seed": seed,
        "rows": totals,
        "by_seen": [{"rows" if name == "count_all" else name: row[name] for name in row} for row in rows],
        "held_out_genes": {side: list(names) for side, names in held_out.items()},
        "content": content_hash(split),
    }


def content_hash(split: pa.Table) -> str:
    """Hash of keys, groups and sides (BLAKE2b, 16 hexadecimal digits), to recognise a split again.

    Committed metrics hold it, so it stays as it is; whatever is hashed anew goes through `hashing.digest`.
    """
    digest = hashlib.blake2b(digest_size=8)
    for column in (split["key"].to_numpy().astype("<u8"), split["group"].to_numpy().astype("<u8")):
        digest.update(column.tobytes())
    digest.update(_codes(split["split"]).tobytes())
    return digest.hexdigest()


def _codes(sides: pa.ChunkedArray) -> Sides:
    """Sides as indices into SIDES, int8 (rows,). Raises KnockonError on any other word."""
    codes = pc.index_in(sides, value_set=pa.array(SIDES))
    if codes.null_count:
        raise KnockonError(f"a split has sides other than {', '.join(SIDES)}: run the split stage again")
    return codes.to_numpy().astype(np.int8)
