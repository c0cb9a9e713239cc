"""A planted set of proteins and ligands, in the files and formats of the affinity study.

A ligand carries groups (acid, amine, guanidine …), a protein pockets, each a motif of its sequence that likes one
group. The pK is a base, plus a gain for each group that finds its pocket, less a loss for each that finds none, plus
noise. So neither the ligand nor the protein alone tells the pK, and both together do.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Integers, Values
from knockon.atomic import atomic_directory, write_parquet, write_text
from knockon.errors import KnockonError
from knockon.sources.affinity.proteins import RESIDUES

# Group → as a chemist writes it, and as text made of MOL2 atom types has it: that one RDKit refuses.
GROUPS = {
    "acid": ("CC(=O)O", "C[C-](=O)=O"),
    "amine": ("CCN", "CC[NH3+]"),
    "guanidine": ("CNC(N)=N", "CN[C+](=[NH2])=[NH2]"),
    "phosphate": ("COP(=O)(O)O", "COP(=O)(=O)=O"),
    "sulfonamide": ("CS(N)(=O)=O", "CS(N)(=O)=O"),
    "nitrile": ("CC#N", "CC#N"),
}
# What a place holds that has no group.
_PLAIN = ("C", "CC", "OC", "C(C)C")
_FIRST = ("c1cc({0})cc({1})c1", "c1nc({0})cc({1})c1", "C1CC({0})CC({1})C1", "c1sc({0})c({1})c1", "C1CC({0})C({1})C1",
          "c1cc({0})c2c({1})cccc2c1", "C1OC({0})C({1})C1", "c1nc({0})nc({1})c1")  # fmt: skip
_LINKERS = ("C", "CC", "CO", "CN", "CCC", "C(=O)N", "OCC", "CSC")
_SECOND = ("c3ccc({0})cc3", "c3cnc({0})nc3", "C3CCC({0})CC3", "c3ccc({0})s3", "C3CC({0})CN3", "c3ccc({0})c4ccccc34",
           "C3CC({0})C3", "c3ccc({0})o3")  # fmt: skip
_MOTIF, _LENGTH, _PLACES = 8, 150, 3
_BASE, _GAIN, _LOSS, _FLOOR = 5.0, 1.5, 0.4, 5.0


@dataclass(frozen=True)
class AffinitySimulation:
    """Sizes and noise. ligands × proteins: the matrix of Davis' form; complexes: rows of PDBbind's form.

    noise: standard deviation of a measurement, pK.
    """

    ligands: int = 90
    proteins: int = 90
    complexes: int = 1500
    noise: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes that give no splits. Raises KnockonError."""
        if not 30 <= self.ligands <= 10_000 or not 30 <= self.proteins <= 10_000:
            raise KnockonError("simulated affinity: ligands and proteins must lie in 30 … 10,000")
        if not 100 <= self.complexes <= 100_000 or self.noise < 0 or self.seed < 0:
            raise KnockonError("simulated affinity: complexes must lie in 100 … 100,000, noise and seed not below 0")


@dataclass(frozen=True)
class _Planted:
    """clean, damaged: SMILES of the ligands. carried: int64 counts, (ligands, groups). sequences: of the proteins.

    pockets: int64 0 or 1, (proteins, groups). families: int64 family of each protein.
    """

    clean: list[str]
    damaged: list[str]
    carried: Integers
    sequences: list[str]
    pockets: Integers
    families: Integers

    @property
    def pk(self) -> Values:
        """The pK without noise, (ligands, proteins)."""
        met = self.carried @ self.pockets.T
        return _BASE + _GAIN * met - _LOSS * (self.carried.sum(axis=1)[:, None] - met)


def simulate_affinity(folder: Path, settings: AffinitySimulation) -> None:
    """Write the files of Davis, PDBbind, CleanSplit and both corpora, and `truth/`, into `folder`, replaced whole."""
    random = np.random.default_rng([settings.seed, 14])
    planted = _plant(random, settings)
    with atomic_directory(folder) as target:
        _write_davis(target / "davis", random, planted, settings)
        _write_pdbbind(target, random, planted, settings)
        _write_corpora(target / "corpora", planted)
        groups = {name: planted.carried[:, place] for place, name in enumerate(GROUPS)}
        pockets = {name: planted.pockets[:, place] for place, name in enumerate(GROUPS)}
        truth = target / "truth"
        write_parquet(truth / "ligands.parquet", pa.table({"smiles": planted.clean, **groups}))
        write_parquet(truth / "proteins.parquet", pa.table({"sequence": planted.sequences, **pockets}))


def _plant(random: np.random.Generator, settings: AffinitySimulation) -> _Planted:
    clean, damaged, carried = _ligands(random, settings.ligands)
    sequences, pockets, families = _proteins(random, settings.proteins)
    return _Planted(clean, damaged, carried, sequences, pockets, families)


def _ligands(random: np.random.Generator, count: int) -> tuple[list[str], list[str], Integers]:
    """Two rings and a linker, with a group or something plain at each of three places; no molecule twice."""
    names = list(GROUPS)
    clean: list[str] = []
    damaged: list[str] = []
    carried: list[Integers] = []
    seen: set[str] = set()
    while len(clean) < count:
        first, linker, second = (str(random.choice(choices)) for choices in (_FIRST, _LINKERS, _SECOND))
        chosen = random.integers(-3, len(names), _PLACES)
        plain = random.choice(_PLAIN, _PLACES)
        texts = [
            first.format(*parts[:2]) + linker + second.format(parts[2])
            for parts in (
                [GROUPS[names[group]][form] if group >= 0 else str(plain[place]) for place, group in enumerate(chosen)]
                for form in (0, 1)
            )
        ]
        if texts[0] not in seen:
            seen.add(texts[0])
            clean.append(texts[0])
            damaged.append(texts[1])
            carried.append(np.bincount(chosen[chosen >= 0], minlength=len(names)))
    return clean, damaged, np.array(carried)


def _proteins(random: np.random.Generator, count: int) -> tuple[list[str], Integers, Integers]:
    """Families of two: an ancestor with its pockets, and a relative with a tenth of the residues exchanged."""
    letters = np.array(list(RESIDUES))
    motifs = random.choice(letters, (len(GROUPS), _MOTIF))
    families = np.arange(count) // 2
    sequences, pockets = [], np.zeros((count, len(GROUPS)), dtype=np.int64)
    for family in range(families[-1] + 1):
        ancestor = random.choice(letters, _LENGTH)
        held = random.choice(len(GROUPS), 2, replace=False)
        for protein in np.flatnonzero(families == family):
            sequence = np.where(random.random(_LENGTH) < 0.1, random.choice(letters, _LENGTH), ancestor)
            for place, group in enumerate(held):
                sequence[20 + 60 * place : 20 + 60 * place + _MOTIF] = motifs[group]
            sequences.append("".join(sequence))
            pockets[protein, held] = 1
    return sequences, pockets, families


def _write_davis(folder: Path, random: np.random.Generator, planted: _Planted, settings: AffinitySimulation) -> None:
    """A matrix in nM with a floor; every tenth protein stands a second time under another name."""
    again = np.arange(0, settings.proteins, 10)
    columns = np.concatenate([np.arange(settings.proteins), again])
    pk = planted.pk[:, columns] + random.normal(0, settings.noise, (settings.ligands, len(columns)))
    concentration = np.where(pk > _FLOOR, 10 ** (9 - pk), 10_000.0)
    names = [f"P{column}" for column in range(settings.proteins)] + [f"P{column}(mutant)" for column in again]
    write_text(folder / "ligands_iso.txt", json.dumps({f"L{row}": text for row, text in enumerate(planted.clean)}))
    proteins = {name: planted.sequences[column] for name, column in zip(names, columns, strict=True)}
    write_text(folder / "proteins.txt", json.dumps(proteins))
    rows = "\n".join(" ".join(f"{value:.6g}" for value in row) for row in concentration)
    write_text(folder / "drug-target_interaction_affinities_Kd__Davis_et_al.2011v1.txt", rows + "\n")
    order = random.permutation(pk.size)
    lists = [sorted(part.tolist()) for part in np.array_split(order, 6)]
    write_text(folder / "folds" / "test_fold_setting1.txt", json.dumps(lists[0]))
    write_text(folder / "folds" / "train_fold_setting1.txt", json.dumps(lists[1:]))


def _write_pdbbind(folder: Path, random: np.random.Generator, planted: _Planted, settings: AffinitySimulation) -> None:
    """Complexes with SMILES of MOL2 types; a third of the families is tested; every fifth chain stands twice."""
    count = settings.complexes
    ligand, protein = random.integers(settings.ligands, size=count), random.integers(settings.proteins, size=count)
    core = (planted.families[protein] % 3 == 0) & (random.random(count) < 0.4)
    split = np.where(core, "test", np.where(random.random(count) < 0.1, "validation", "training"))
    pk = planted.pk[ligand, protein] + random.normal(0, settings.noise, count)
    names = [f"{1 + number // 46656}{np.base_repr(number % 46656, 36).lower():0>3}" for number in range(count)]
    chains = [planted.sequences[place] * (1 + (place % 5 == 0)) for place in protein]
    rows = [
        f"{names[row]},{split[row]},{pk[row]:.2f},{planted.damaged[ligand[row]]},{chains[row]},{chains[row][20:88]}"
        for row in range(count)
    ]
    header = "pdbid,split,neg_log10_Kd_Ki,smiles,sequence,pocket"
    write_text(folder / "pdbbind2016" / "pdbbind2016_deepdtaf_all.csv", "\n".join([header, *rows]) + "\n")
    _write_cleansplit(folder / "cleansplit", np.array(names), split, planted.families[protein])


def _write_cleansplit(folder: Path, names: NDArray[np.str_], split: NDArray[np.str_], families: Integers) -> None:
    """CleanSplit's lists: training without the families of the test."""
    clean = ~np.isin(families, families[split == "test"])
    if not clean.any():
        clean = split != "test"
    parts = {"train": clean & (split == "training"), "validation": clean & (split == "validation")}
    lists = {part: names[chosen].tolist() for part, chosen in parts.items()}
    tested = names[split == "test"].tolist()
    write_text(folder / "PDBbind_cleansplit_train_val_split_f0.json", json.dumps(lists))
    whole = {"casf2016": tested, "train": lists["train"] + lists["validation"], "casf2016_indep": tested[::2]}
    write_text(folder / "PDBbind_data_split_cleansplit.json", json.dumps(whole))


def _write_corpora(folder: Path, planted: _Planted) -> None:
    folder.mkdir(parents=True)
    rows = "\n".join(["mol_id,smiles", *(f"CID{row},{text}" for row, text in enumerate(planted.clean))])
    # No time in the header: the same bytes on every day.
    (folder / "muv.csv.gz").write_bytes(gzip.compress((rows + "\n").encode(), mtime=0))
    records = "".join(f">{row}\n{text}\n" for row, text in enumerate(planted.sequences))
    write_text(folder / "bindingdb_unique_proteins.fasta", records)
