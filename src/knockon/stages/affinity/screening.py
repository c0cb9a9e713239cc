"""Task `screening`: are the actives of DUD-E's targets ranked before their decoys, and does that need the protein?

Towers learn from PDBbind's training complexes, and again without the relatives of the targets and without molecules
near their actives. Beside each stands the same network without proteins (all are one), the same with another target's
protein in place, and the look-up of the nearest training complex. Nothing is chosen by the screens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.affinity.groups import alike_proteins, fingerprints, near_ligands, words
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.virtual_screen import SCORES, more_than, over_targets, target_scores
from knockon.models.binding.every_pair import nearest_complex, tower_scores
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.towers import fit_tower, without_proteins
from knockon.progress import track
from knockon.sources.tables import solid
from knockon.stages.affinity import paths
from knockon.stages.affinity.runs import Tables
from knockon.training.fit_folders import FitFolders

LOOK_UP, RANDOM, LIGAND = "look_up", "random_protein", "no_protein"


@dataclass(frozen=True, eq=False)
class Screens:
    """targets: names. proteins: their sequences. ligands: SMILES of all molecules.

    rows: by target the places of its molecules among them. active: by target, one a row.
    """

    targets: tuple[str, ...]
    proteins: tuple[str, ...]
    ligands: tuple[str, ...]
    rows: tuple[Integers, ...]
    active: tuple[Mask, ...]

    @property
    def actives(self) -> list[str]:
        """Molecules that bind any of the targets."""
        places = np.unique(np.concatenate([rows[active] for rows, active in zip(self.rows, self.active, strict=True)]))
        return [self.ligands[place] for place in places]


def read_screens(decoys: int, seed: int) -> Screens | None:
    """The targets whose protein is known; None where there is none. decoys: at most so many a target, drawn."""
    table = pq.read_table(paths.SCREEN)
    table = table.filter(pc.is_valid(table["protein"]))
    if not table.num_rows:
        return None
    names = pc.unique(table["target"]).to_pylist()
    parts = [_fewer(table.filter(pc.equal(table["target"], name)), decoys, seed) for name in names]
    ligands = np.unique(np.concatenate([part["ligand"].to_numpy() for part in parts]))
    smiles = solid(pq.read_table(paths.LIGANDS, columns=["smiles"])["smiles"]).take(pa.array(ligands))
    sequences = pq.read_table(paths.PROTEINS, columns=["sequence"])["sequence"]
    return Screens(
        tuple(names),
        tuple(sequences[part["protein"][0].as_py()].as_py() for part in parts),
        tuple(smiles.to_pylist()),
        tuple(np.searchsorted(ligands, part["ligand"].to_numpy()) for part in parts),
        tuple(part["active"].to_numpy() for part in parts),
    )


def _fewer(part: pa.Table, decoys: int, seed: int) -> pa.Table:
    active = part["active"].to_numpy()
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(~active))[:decoys]
    return part.take(pa.array(np.sort(np.concatenate([np.flatnonzero(active), drawn]))))


def unrelated(train: Pairs, screens: Screens, share: float, near: float) -> Pairs:
    """The training pairs of which neither side is known: no relative of a target, no molecule near an active.

    share: of the shorter sequence's 6-mers; near: Tanimoto similarity; both from which on two are alike.
    """
    held = words(pa.array(screens.proteins + train.proteins))
    targets, others = np.arange(len(screens.proteins)), len(screens.proteins) + np.arange(len(train.proteins))
    related = np.unique(alike_proteins(held, targets, others, share).col)
    close = np.flatnonzero(near_ligands(fingerprints(train.ligands), fingerprints(screens.actives), near))
    left = train.take(np.flatnonzero(~(np.isin(train.protein, related) | np.isin(train.ligand, close))))
    if not len(left):
        raise KnockonError("affinity.tasks.screening: every training pair is like a target or an active")
    return left


def ranked(scores: Values, screens: Screens) -> list[dict[str, float]]:
    """Scores of every target's screen. scores: (targets, ligands)."""
    return [
        target_scores(active, each[rows])
        for each, rows, active in zip(scores, screens.rows, screens.active, strict=True)
    ]


def with_others(scores: Values, screens: Screens) -> list[dict[str, float]]:
    """The same with each other target's protein in place of the own, means over these.

    Raises KnockonError where there is one target alone.
    """
    count = len(screens.targets)
    if count < 2:
        raise KnockonError("affinity.tasks.screening: one target alone has no other protein to stand in its place")
    turns = [ranked(np.roll(scores, turn, axis=0), screens) for turn in range(1, count)]
    return [
        {name: float(np.mean([turn[target][name] for turn in turns])) for name in turns[0][target]}
        for target in range(count)
    ]


def tower_ranked(model: NetworkModel, screens: Screens, by: str, proteins: tuple[str, ...] | None = None) -> Values:
    """(targets, ligands). proteins: in place of the targets' own."""
    return tower_scores(model, screens.proteins if proteins is None else proteins, screens.ligands, by)


def all_rankings(section: Mapping[str, Any], train: Pairs, screens: Screens, fits: FitFolders) -> dict[str, Any]:
    """Ranking → scores of every target; the controls stand under the name of their model."""
    found: dict[str, list[dict[str, float]]] = {
        LOOK_UP: ranked(nearest_complex(train, screens.proteins, screens.ligands), screens)
    }
    for name, own in track(section["models"].items(), "screening"):
        settings = {**section["settings"], **own, "threshold": section["binder"]}
        by = "cosine" if settings.get("loss") == "contrastive" else "head"
        model = fit_tower(settings, section["training"], train, section["seed"], fits)
        scores = tower_ranked(model, screens, by)
        found |= {name: ranked(scores, screens), f"{name}_{RANDOM}": with_others(scores, screens)}
    settings = {**section["settings"], **section["models"][section["without"]], "threshold": section["binder"]}
    alone = fit_tower(settings, section["training"], without_proteins(train), section["seed"], fits)
    found[LIGAND] = ranked(tower_ranked(alone, screens, "head", ("A",) * len(screens.targets)), screens)
    return found


def summary(
    found: Mapping[str, list[dict[str, float]]], screens: Screens, section: Mapping[str, Any]
) -> dict[str, Any]:
    """Ranking → means over targets with intervals, those above `no_protein`, and every target's scores."""
    resampling = Resampling(section["resamples"], seed=section["seed"])
    said: dict[str, dict[str, Any]] = {}
    for name, each in found.items():
        said[name] = dict(over_targets(each, resampling))
        if name != LIGAND:
            gained = more_than(each, found[LIGAND], resampling)
            ends = ("", "_low", "_high")
            said[name] |= {f"{score}_over_no_protein{end}": gained[f"{score}{end}"] for score in SCORES for end in ends}
        said[name]["targets"] = dict(zip(screens.targets, each, strict=True))
    return said


def screen(section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """`related` and `unrelated` training → its pairs and rankings; empty where no target's protein is known."""
    screens = read_screens(section["decoys"], section["seed"])
    if screens is None:
        return {}
    train = Tables().run(section["run"]).pairs("train")
    kinds = {"related": train, "unrelated": unrelated(train, screens, section["share"], section["near_ligand"])}
    counts = {
        name: {"actives": int(active.sum()), "decoys": int((~active).sum())}
        for name, active in zip(screens.targets, screens.active, strict=True)
    }
    return {"targets": counts} | {
        kind: {
            "training_complexes": len(pairs),
            "rankings": summary(all_rankings(section, pairs, screens, fits), screens, section),
        }
        for kind, pairs in kinds.items()
    }
