"""Ligands and proteins as numbers that need no trained model, and how alike two of them are."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Matrix
from knockon.errors import KnockonError

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
BITS, COMPOSITION = 2048, 421
"""Numbers of features of a ligand and of a protein."""


@lru_cache(maxsize=8)
def fingerprints(ligands: tuple[str, ...]) -> Matrix:
    """ECFP4 with chirality (Rogers & Hahn 2010), float32 (ligands, BITS), 0 or 1.

    Raises KnockonError for a SMILES that RDKit refuses.
    """
    found = np.zeros((len(ligands), BITS), dtype=np.float32)
    for row, smiles in enumerate(ligands):
        packed = _packed_bits(smiles)
        if packed is None:
            raise KnockonError(f"ligand {row + 1}: {smiles[:60]!r} is not a valid SMILES")
        found[row] = np.unpackbits(np.frombuffer(packed, dtype=np.uint8))
    return found


@lru_cache(maxsize=1 << 16)
def _packed_bits(smiles: str) -> bytes | None:
    """The fingerprint of one molecule, 256 bytes; None for a SMILES that RDKit refuses. Runs share most molecules."""
    from rdkit import Chem

    generator = _generator()
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        return None
    return np.packbits(generator.GetFingerprintAsNumPy(molecule)).tobytes()


@cache
def _generator() -> Any:
    from rdkit import RDLogger
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    return GetMorganGenerator(radius=2, fpSize=BITS, includeChirality=True)


@lru_cache(maxsize=8)
def composition(proteins: tuple[str, ...]) -> Matrix:
    """Shares of residues and of dipeptides, and log length, float32 (proteins, COMPOSITION), without other letters."""
    codes = np.full(256, len(RESIDUES))
    codes[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(len(RESIDUES))
    rows = np.zeros((len(proteins), COMPOSITION), dtype=np.float32)
    for row, sequence in enumerate(proteins):
        letters = codes[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]
        known = (letters[:-1] < 20) & (letters[1:] < 20)
        rows[row, :20] = np.bincount(letters, minlength=21)[:20] / max(len(letters), 1)
        pairs = np.bincount((letters[:-1] * 20 + letters[1:])[known], minlength=400)
        rows[row, 20:420] = pairs / max(len(letters) - 1, 1)
        rows[row, 420] = np.log1p(len(letters))
    return rows


def ligand_similarity(one: Sequence[str], other: Sequence[str]) -> Matrix:
    """Tanimoto similarity of fingerprints, float32 (one, other), in [0, 1]."""
    a, b = fingerprints(tuple(one)), fingerprints(tuple(other))
    common = a @ b.T
    union = a.sum(axis=1)[:, None] + b.sum(axis=1) - common
    return np.asarray(common / np.maximum(union, 1.0), dtype=np.float32)


def protein_similarity(one: Sequence[str], other: Sequence[str], length: int = 3) -> Matrix:
    """Cosine of the counts of words of `length` residues, float32 (one, other), in [0, 1]."""
    a, b = (_words(proteins, length) for proteins in (one, other))
    return np.clip(np.asarray((a @ b.T).todense(), dtype=np.float32), 0.0, 1.0)


def _words(proteins: Sequence[str], length: int) -> sp.csr_matrix:
    """Counts of words, rows of unit length."""
    codes = np.zeros(256, dtype=np.int64)
    codes[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(1, 21)
    columns, indptr = [], [0]
    for sequence in proteins:
        letters = codes[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]
        count = max(len(letters) - length + 1, 0)
        columns.append(sum(letters[at : at + count] * 21**at for at in range(length)))
        indptr.append(indptr[-1] + count)
    indices = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    words = sp.csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), (len(proteins), 21**length))
    words.sum_duplicates()
    norms = np.sqrt(np.asarray(words.multiply(words).sum(axis=1)).ravel())
    words.data /= np.repeat(np.maximum(norms, 1e-12), np.diff(words.indptr)).astype(np.float32)
    return words
