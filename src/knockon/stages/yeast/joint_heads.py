"""The heads of the joint model, read from the dataset: records of one value, and profiles of many."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.dataset.expression_components import comparable, leading_components
from knockon.dataset.joint_split import combined_split, profile_sides
from knockon.dataset.profile_matrix import ProfileMatrix, profile_matrix
from knockon.dataset.splits import SPLIT_SCHEMA, TRAIN, Sides
from knockon.dataset.store import RecordStore
from knockon.models.networks.joint_labels import Head, usable
from knockon.models.strains.labelled import Label, labelled_strains
from knockon.stages.stage import Params
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import size_of
from knockon.stages.yeast.paths import PROFILES

RECORDS = ("fitness", "interaction")


@dataclass(frozen=True)
class Heads:
    """What there is to learn. absent: of each head without labels, why; notes: of others, what a reader must know."""

    found: tuple[Head, ...]
    absent: dict[str, str]
    notes: dict[str, str]


def read_heads(params: Params, genes: tuple[str, ...]) -> Heads:
    """The heads that params.yaml names, over `genes`; one that the data can't teach is absent, and says why."""
    wanted = tuple(params["yeast.joint.heads"])
    found: list[Head] = []
    absent: dict[str, str] = {}
    notes: dict[str, str] = {}
    split = _combined_split()
    for name in wanted:
        if name in RECORDS:
            found.append(_record_head(params, name, genes, split))
            continue
        head, note = profile_head(params, name, genes)
        if head is None:
            absent[name] = note
        else:
            found.append(head)
            notes |= {name: note} if note else {}
    return Heads(tuple(usable(head) for head in found), absent, notes)


def read_profiles(phenotype: str, genes: tuple[str, ...]) -> ProfileMatrix:
    """The mutant strains of one phenotype of many values."""
    values = pa.concat_tables([pq.read_table(path) for path in sorted(PROFILES.glob("values-*.parquet"))])
    return profile_matrix(pq.read_table(PROFILES / "strains.parquet"), values, phenotype, genes)


def profile_head(params: Params, name: str, genes: tuple[str, ...]) -> tuple[Head | None, str]:
    """A head of profiles, and a note on it; None, and why, where no mutant strain trains it."""
    profiles = read_profiles(name, genes)
    if not len(profiles):
        return None, f"no strain with a perturbed gene has a {name} profile"
    note = ""
    if name == "expression":
        profiles = comparable(profiles)
    sides = _sides(params, profiles)
    if not (sides == TRAIN).any():
        return None, f"no training strain has a {name} profile"
    if name == "expression":
        transcripts, strains = len(profiles.components), int((sides == TRAIN).sum())
        profiles, shares = leading_components(profiles, sides == TRAIN, params["yeast.joint.components"])
        sides = _sides(params, profiles)
        note = (
            f"the {len(shares)} leading components of {transcripts} transcripts over {strains} training strains, "
            f"{shares.sum():.0%} of their variance"
        )
    keys = np.array([int(digits, 16) for digits in profiles.ids], dtype=np.uint64)
    ones = np.ones(len(profiles))
    return Head(name, profiles.components, profiles.genotypes, profiles.values, ones, sides, keys), note


def _sides(params: Params, profiles: ProfileMatrix) -> Sides:
    held_out = {
        "validation": params["yeast.splits.validation_genes"],
        "test": params["yeast.splits.held_out_genes"],
    }
    shares = {"validation": params["yeast.splits.validation"], "test": params["yeast.splits.test"]}
    return profile_sides(profiles.genotypes, held_out, shares, params["yeast.splits.seed"])


def _combined_split() -> pa.Table:
    pair, gene = (pq.read_table(paths.SPLITS / f"{name}.parquet", schema=SPLIT_SCHEMA) for name in ("pair", "gene"))
    return combined_split(pair, gene, RecordStore(paths.STORE).genotypes())


def _record_head(params: Params, name: str, genes: tuple[str, ...], split: pa.Table) -> Head:
    label = Label(name, tuple(params["yeast.dataset.labels"][name]), params["yeast.dataset.temperature"])
    size = size_of(params["yeast.joint.size"])
    data = labelled_strains(RecordStore(paths.STORE), split, genes, label, size, params["yeast.splits.seed"])
    examples = data.examples
    return Head(name, (name,), examples.genotypes, examples.values[:, None], examples.weights, data.side, data.keys)
