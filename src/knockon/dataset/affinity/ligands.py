"""Ligands of all sources, each once: by the InChIKey of the neutral molecule, with its isomeric canonical SMILES."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers, Mask
from knockon.sources.affinity.molecules import MoleculeError, from_inchi, identity, neutral, silent
from knockon.sources.affinity.proteins import looks_like_peptide
from knockon.sources.affinity.repair import Repaired, repair
from knockon.sources.tables import column

LIGAND_SCHEMA = pa.schema(
    [
        column("ligand", pa.string(), "InChIKey of the neutral molecule, 27 characters; the table's order"),
        column("smiles", pa.large_string(), "canonical, with stereo, of the neutral molecule"),
        column("heavy_atoms", pa.int32(), "atoms but hydrogen"),
    ]
)

SKELETON = 14
"""Characters of an InChIKey that name the molecule without its stereo: equal ones are drawn alike on paper."""


@dataclass
class Ledger:
    """What became of the distinct texts of a source: valid as written, repaired (by group), dropped (by reason)."""

    valid: int = 0
    repaired: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def summary(self) -> dict[str, object]:
        """For JSON: counts in a fixed order."""
        return {
            "valid": self.valid,
            "repaired": self.repaired,
            "dropped": sum(self.dropped.values()),
            "repaired_groups": dict(sorted(self.groups.items())),
            "dropped_reasons": dict(sorted(self.dropped.items())),
        }


@dataclass(frozen=True)
class Read:
    """Texts read as molecules; all of the same length, in the order of the texts.

    keys, smiles: InChIKey and SMILES, empty where dropped. heavy_atoms: int64. reasons: why dropped, else empty.
    """

    keys: list[str]
    smiles: list[str]
    heavy_atoms: Integers
    reasons: list[str]


def read_molecules(texts: Sequence[str], inchi: bool = False, ledger: Ledger | None = None) -> Read:
    """Read distinct SMILES (repaired where a known group is at fault) or InChI. RDKit looks at each text once."""
    ledger = ledger if ledger is not None else Ledger()
    rows = [_one(text, inchi, ledger) for text in texts]
    keys, smiles, atoms, reasons = map(list, zip(*rows, strict=True)) if rows else ([], [], [], [])
    return Read(keys, smiles, np.array(atoms, dtype=np.int64), reasons)


def _one(text: str, inchi: bool, ledger: Ledger) -> tuple[str, str, int, str]:
    try:
        read = Repaired(from_inchi(text), ()) if inchi else repair(text)
        found = identity(neutral(read.molecule))
    except MoleculeError as error:
        reason = "letters of a peptide, not SMILES" if looks_like_peptide(text) else str(error)
        ledger.dropped[reason] += 1
        return "", "", 0, reason
    ledger.valid += not read.groups
    ledger.repaired += bool(read.groups)
    ledger.groups.update(read.groups)
    return found.inchikey, found.smiles, found.heavy_atoms, ""


def ligand_table(reads: Sequence[Read]) -> pa.Table:
    """All ligands in LIGAND_SCHEMA, by key; of several SMILES with one key (tautomers) the first in the alphabet."""
    table = pa.table(
        {
            "ligand": pa.array([key for read in reads for key in read.keys], pa.string()),
            "smiles": pa.array([text for read in reads for text in read.smiles], pa.large_string()),
            "heavy_atoms": pa.array(np.concatenate([read.heavy_atoms for read in reads])),
        }
    )
    table = table.filter(pc.not_equal(table["ligand"], ""))
    order = pc.sort_indices(table, sort_keys=[("ligand", "ascending"), ("smiles", "ascending")])
    table = table.take(order)
    return table.filter(pa.array(_first_of_run(table["ligand"]))).cast(LIGAND_SCHEMA)


def _first_of_run(sorted_keys: pa.ChunkedArray) -> Mask:
    codes = sorted_keys.combine_chunks().dictionary_encode().indices.to_numpy()
    return np.diff(codes, prepend=-1) != 0


def canonical_corpus(texts: Sequence[str]) -> tuple[pa.Array, Ledger]:
    """The distinct valid molecules of a corpus as canonical SMILES, in the alphabet's order; charges as they are."""
    from rdkit import Chem

    ledger, found = Ledger(), set()
    with silent():
        for text in texts:
            molecule = Chem.MolFromSmiles(text)
            if molecule is None or not molecule.GetNumHeavyAtoms():
                ledger.dropped["not a molecule"] += 1
                continue
            ledger.valid += 1
            found.add(Chem.MolToSmiles(molecule))
    return pa.array(sorted(found), pa.large_string()), ledger
