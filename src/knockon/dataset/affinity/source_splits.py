"""All splits of one source, each checked for what it promises before anybody reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Integers, Mask
from knockon.dataset.affinity import leaks, splits
from knockon.dataset.affinity.groups import fingerprints, ligand_clusters, protein_clusters, scaffolds, words
from knockon.dataset.affinity.ligands import SKELETON
from knockon.dataset.affinity.splits import TEST, Rows, Shares, Sides
from knockon.dataset.splits import SIDES
from knockon.hashing import hash_column
from knockon.sources.tables import column

CLASSES = ("GPCR", "kinase", "channel", "ER")
"""BindingDB's held-out classes of proteins, as DeepAffinity names them."""


@dataclass(frozen=True)
class SplitSettings:
    """What params.yaml says of splits.

    shares: of the cold splits. both: of the split that is cold in both, whose sides are products of two shares.
    ligand_similarity: Tanimoto similarity that joins two ligands' clusters. protein_share: share of 6-mers that joins
    two proteins' clusters. relatives: shares of 6-mers above which a protein is a relative, one split each.
    near_ligand: Tanimoto similarity above which a ligand is near.
    """

    shares: Shares
    both: Shares
    ligand_similarity: float
    protein_share: float
    relatives: tuple[float, ...]
    near_ligand: float


@dataclass(frozen=True)
class Split:
    """A named split of a source's measurements, and what was checked of it: promise → times broken, all 0."""

    name: str
    sides: Sides
    checked: dict[str, int]


@dataclass(frozen=True)
class SourceView:
    """A source's measurements with what splits compare: fingerprints by ligand number, 6-mers by protein number."""

    rows: Rows
    names: pa.Array
    smiles: list[str]
    bits: NDArray[np.uint8]
    held: sp.csr_matrix


def view(measurements: pa.Table, ligands: pa.Table, proteins: pa.Table) -> SourceView:
    """Number a source's ligands (without stereo) and proteins from 0. Tables in the schemas of this room."""
    skeletons = pc.utf8_slice_codeunits(ligands["ligand"].combine_chunks(), 0, SKELETON)
    own = skeletons.take(measurements["ligand"].combine_chunks()).dictionary_encode()
    place = pc.index_in(own.dictionary, value_set=skeletons)
    smiles = ligands["smiles"].take(place).to_pylist()
    target = measurements["protein"].combine_chunks().dictionary_encode()
    sequences = proteins["sequence"].take(target.dictionary).combine_chunks()
    rows = Rows(
        ligand=own.indices.to_numpy().astype(np.int64),
        protein=target.indices.to_numpy().astype(np.int64),
        ligand_key=hash_column(own.dictionary)[own.indices.to_numpy()],
        protein_key=hash_column(proteins["protein"].take(target.dictionary))[target.indices.to_numpy()],
        parts=np.asarray(measurements["part"].to_pylist(), dtype=np.str_),
    )
    return SourceView(rows, measurements["name"].combine_chunks(), smiles, fingerprints(smiles), words(sequences))


def source_splits(
    source: SourceView, settings: SplitSettings, lists: Mapping[str, Mask] | None = None
) -> Iterator[Split]:
    """Give a source's splits one by one: those by the published sides, where it has them, and the cold ones.

    lists: whether each measurement's id is in a list of CleanSplit (train, validation, test); the splits without
    relatives are made where it is given: they are PDBbind's. Raises KnockonError where a split leaks or lacks a side.
    """
    rows = source.rows
    if (rows.parts != "").any() and (splits.published(rows, settings.shares) == TEST).any():
        yield from _published(rows, settings)
    yield from _cold(source, settings)
    if lists is not None:
        yield from _without_relatives(source, settings)
        sides = splits.by_ids(source.names, lists["train"], lists["validation"], lists["test"])
        yield _checked("cleansplit", sides, {})


def _published(rows: Rows, settings: SplitSettings) -> Iterator[Split]:
    sides = splits.published(rows, settings.shares)
    # As others report it: what it leaks is counted in the metrics, and refused nowhere.
    yield _checked("published", sides, {})
    fresh = splits.unseen(rows, sides)
    yield _checked("published_unseen", fresh, {"pairs that were seen": leaks.shared_pairs(rows, fresh)})
    if np.isin(rows.parts, CLASSES).any():
        classes = splits.published_classes(rows, settings.shares, CLASSES)
        fresh = splits.unseen(rows, classes)
        yield _checked("published_classes", fresh, {"pairs that were seen": leaks.shared_pairs(rows, fresh)})


def _cold(source: SourceView, settings: SplitSettings) -> Iterator[Split]:
    rows, similarity, share = source.rows, settings.ligand_similarity, settings.protein_share
    scaffold = np.unique(scaffolds(source.smiles), return_inverse=True)[1].astype(np.int64)[rows.ligand]
    cluster = ligand_clusters(source.bits, similarity)[rows.ligand]
    family = protein_clusters(source.held, share)[rows.protein]
    sides = splits.by_group(scaffold, rows.ligand_key, settings.shares)
    yield _checked(
        "cold_scaffold",
        sides,
        {"scaffolds": leaks.shared_groups(scaffold, sides), "ligands": leaks.shared_groups(rows.ligand, sides)},
    )
    sides = splits.by_group(cluster, rows.ligand_key, settings.shares)
    yield _checked("cold_ligand", sides, _similar(source, sides, similarity))
    sides = splits.by_group(rows.protein, rows.protein_key, settings.shares)
    yield _checked("cold_protein", sides, {"sequences": leaks.shared_groups(rows.protein, sides)})
    sides = splits.by_group(family, rows.protein_key, settings.shares)
    yield _checked("cold_family", sides, _relatives(source, sides, share))
    sides = splits.cold_both(cluster, family, rows, settings.both)
    yield _checked("cold_both", sides, _similar(source, sides, similarity) | _relatives(source, sides, share))


def _without_relatives(source: SourceView, settings: SplitSettings) -> Iterator[Split]:
    rows, held = source.rows, source.held
    base = splits.published(rows, settings.shares)
    distant = {share: splits.without_relatives(rows, base, held, share) for share in settings.relatives}
    for share, sides in distant.items():
        yield _checked(f"no_relatives_{share * 100:.0f}", sides, _relatives(source, sides, share))
    share = min(settings.relatives)
    sides = splits.without_near_ligands(rows, distant[share], source.bits, settings.near_ligand)
    broken = _relatives(source, sides, share) | _similar(source, sides, settings.near_ligand)
    yield _checked("no_relatives_no_near_ligands", sides, broken)


def _relatives(source: SourceView, sides: Sides, share: float) -> dict[str, int]:
    """The promise that no tested protein shares so much of the 6-mers with one seen, and how many break it."""
    found = leaks.related_proteins(source.rows, sides, source.held, share)
    return {f"proteins that share {share:.0%} of their 6-mers": found}


def _similar(source: SourceView, sides: Sides, similarity: float) -> dict[str, int]:
    """The promise that no tested ligand is so similar to one seen, and how many break it."""
    return {f"ligands of similarity {similarity:g}": leaks.similar_ligands(source.rows, sides, source.bits, similarity)}


def _checked(name: str, sides: Sides, found: dict[str, int]) -> Split:
    leaks.refuse_leaks(name, found)
    leaks.refuse_empty(name, sides)
    return Split(name, sides, found)


def leak_counts(source: SourceView, sides: Sides) -> dict[str, int]:
    """What any split leaks, for the metrics: tested rows whose pair, ligand or protein was seen."""
    rows = source.rows
    return {
        "tested_pairs_seen": leaks.shared_pairs(rows, sides),
        "tested_rows_of_seen_ligands": leaks.shared_groups(rows.ligand, sides),
        "tested_rows_of_seen_proteins": leaks.shared_groups(rows.protein, sides),
        "tested_proteins_with_relatives_90": leaks.related_proteins(rows, sides, source.held, 0.9),
        "tested_proteins": len(np.unique(rows.protein[sides == TEST])),
    }


def split_table(measurement: Integers, keys: pa.Array, found: list[Split]) -> pa.Table:
    """One file's table: the measurement's row, its pair's key, and a column a split. All of shape (measurements,)."""
    fields = [
        column("measurement", pa.int32(), "row of measurements.parquet"),
        column("key", pa.uint64(), "of the pair, as in pairs.parquet"),
        *[column(split.name, pa.string(), "train, validation, test; empty: left out") for split in found],
    ]
    columns = [
        pa.array(measurement, pa.int32()),
        keys,
        *[pa.array(split.sides.tolist(), pa.string()) for split in found],
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def counts(sides: Sides) -> dict[str, int]:
    """Rows by side."""
    return {side or "left_out": int((sides == side).sum()) for side in (*SIDES, splits.LEFT_OUT)}
