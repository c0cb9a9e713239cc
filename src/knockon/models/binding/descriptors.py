"""What a chemist reads off a molecule: size, polarity, rings, groups (MACCS keys), and how often an environment stands.

Beside `features.fingerprints`, whose bits say whether an environment stands, not how often: of PDBbind's complexes the
size of the molecule tells more than any single group.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np

from knockon.arrays import Matrix
from knockon.errors import KnockonError

COUNTS, KEYS = 1024, 167
"""Folded environments of ECFP4, and MACCS keys (the first is always 0)."""


@cache
def _properties() -> dict[str, Callable[[Any], float]]:
    from rdkit.Chem import rdMolDescriptors
    from rdkit.Chem.Crippen import MolLogP  # type: ignore[attr-defined]

    described = (
        "CalcExactMolWt CalcTPSA CalcLabuteASA CalcNumHBA CalcNumHBD CalcNumRotatableBonds CalcNumRings "
        "CalcNumAromaticRings CalcNumAliphaticRings CalcNumAromaticHeterocycles CalcNumHeteroatoms CalcFractionCSP3 "
        "CalcNumAmideBonds CalcNumAtomStereoCenters CalcNumSpiroAtoms CalcNumBridgeheadAtoms CalcChi0v CalcChi1v "
        "CalcKappa1 CalcKappa2 CalcKappa3 CalcHallKierAlpha"
    )
    found = {name.removeprefix("Calc"): getattr(rdMolDescriptors, name) for name in described.split()}
    return {**found, "HeavyAtoms": lambda molecule: molecule.GetNumHeavyAtoms(), "LogP": MolLogP}


def width() -> int:
    """Number of columns of `descriptors`."""
    return len(_properties()) + KEYS + COUNTS


@lru_cache(maxsize=4)
def descriptors(ligands: tuple[str, ...]) -> Matrix:
    """float32 (ligands, width()): properties, MACCS keys, counts of ECFP4 environments, at most 255.

    Raises KnockonError for a SMILES that RDKit refuses.
    """
    found = np.empty((len(ligands), width()), dtype=np.float32)
    for row, smiles in enumerate(ligands):
        told = _described(smiles)
        if told is None:
            raise KnockonError(f"ligand {row + 1}: {smiles[:60]!r} is not a valid SMILES")
        numbers, counts = told
        found[row, : len(found[row]) - COUNTS] = numbers
        found[row, -COUNTS:] = np.frombuffer(counts, dtype=np.uint8)
    return found


@lru_cache(maxsize=1 << 16)
def _described(smiles: str) -> tuple[Matrix, bytes] | None:
    """One molecule; None for a SMILES that RDKit refuses. Runs share most molecules."""
    from rdkit import Chem, RDLogger
    from rdkit.Chem.rdMolDescriptors import GetMACCSKeysFingerprint

    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        return None
    properties = [compute(molecule) for compute in _properties().values()]
    keys = np.zeros(KEYS, dtype=np.float32)
    keys[list(GetMACCSKeysFingerprint(molecule).GetOnBits())] = 1
    counts = np.minimum(_generator().GetCountFingerprintAsNumPy(molecule), 255).astype(np.uint8)
    return np.concatenate([np.asarray(properties, dtype=np.float32), keys]), counts.tobytes()


@cache
def _generator() -> Any:
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    return GetMorganGenerator(radius=2, fpSize=COUNTS)
