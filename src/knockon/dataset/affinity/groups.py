"""Which ligands and which proteins are alike: shares of 6-mers, Tanimoto similarity, scaffolds, and clusters of them.

Clusters are single-linkage, so that a promise holds: two members of different clusters are less alike than the
threshold. Sequences are compared by the 6-mers that they share, not aligned: an aligner is not among the dependencies.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from knockon.arrays import Integers, Mask

WORD = 6
"""Residues of a word. Two unrelated proteins of 400 residues share one of 64 million only by chance."""

BITS = 2048
_RADIUS = 2
_BLOCK = 1024


def words(sequences: pa.Array) -> sp.csr_matrix:
    """Which 6-mers each sequence holds: int32 CSR of ones, (sequences, distinct 6-mers)."""
    texts = sequences.to_pylist()
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    letters = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8).astype(np.int64) & 31
    count = max(0, len(letters) - WORD + 1)
    codes = np.zeros(count, dtype=np.int64)
    for place in range(WORD):
        codes = codes * 32 + letters[place : place + count]
    owner = np.repeat(np.arange(len(texts)), lengths)
    # A word that begins in one sequence and ends in the next is none.
    inside = owner[:count] == owner[WORD - 1 :] if count else np.zeros(0, dtype=np.bool_)
    _, column = np.unique(codes[inside], return_inverse=True)
    shape = (len(texts), int(column.max(initial=-1)) + 1)
    found = sp.csr_matrix((np.ones(len(column), dtype=np.int32), (owner[:count][inside], column)), shape=shape)
    found.data[:] = 1
    return found


def alike_proteins(held: sp.csr_matrix, rows: Integers, others: Integers, share: float) -> sp.coo_matrix:
    """Pairs of proteins that share at least so much of the shorter one's 6-mers: bool, (rows, others).

    held: of `words`. A sequence of fewer than six residues has no word and is like none.
    """
    sizes = np.asarray(held.sum(axis=1)).ravel()
    shared = (held[rows] @ held[others].T).tocoo()
    smaller = np.minimum(sizes[rows][shared.row], sizes[others][shared.col])
    alike = shared.data >= share * smaller
    places = (shared.row[alike], shared.col[alike])
    return sp.coo_matrix((np.ones(int(alike.sum()), dtype=np.bool_), places), shape=shared.shape)


def protein_clusters(held: sp.csr_matrix, share: float) -> Integers:
    """Number of each protein's cluster: those joined by steps of at least `share` of the shorter one's 6-mers."""
    everyone = np.arange(held.shape[0])
    alike = alike_proteins(held, everyone, everyone, share)
    return _components(alike.row, alike.col, len(everyone))


def fingerprints(smiles: Sequence[str]) -> NDArray[np.uint8]:
    """Morgan bits of radius 2 (ECFP4), without stereo, packed: (molecules, 256)."""
    from rdkit import Chem
    from rdkit.Chem import rdFingerprintGenerator

    generator = rdFingerprintGenerator.GetMorganGenerator(radius=_RADIUS, fpSize=BITS)
    bits = np.zeros((len(smiles), BITS // 8), dtype=np.uint8)
    for row, text in enumerate(smiles):
        bits[row] = np.packbits(generator.GetFingerprintAsNumPy(Chem.MolFromSmiles(text)))
    return bits


def _tanimoto(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Similarities by blocks of the left: (first row, float32 of (rows of the block, right))."""
    wide = np.unpackbits(right, axis=1).astype(np.float32)
    sizes = wide.sum(axis=1)
    for start in range(0, len(left), _BLOCK):
        block = np.unpackbits(left[start : start + _BLOCK], axis=1).astype(np.float32)
        both = block @ wide.T
        yield start, both / np.maximum(block.sum(axis=1)[:, None] + sizes - both, 1.0)


def near_ligands(left: NDArray[np.uint8], right: NDArray[np.uint8], similarity: float) -> Mask:
    """Whether each ligand of the left has one on the right that is at least so similar (Tanimoto). (left,)."""
    near = np.zeros(len(left), dtype=np.bool_)
    if len(right):
        for start, found in _tanimoto(left, right):
            near[start : start + len(found)] = (found >= similarity).any(axis=1)
    return near


def ligand_clusters(bits: NDArray[np.uint8], similarity: float) -> Integers:
    """Number of each ligand's cluster: those joined by steps of at least so much Tanimoto similarity."""
    rows, columns = [], []
    for start, found in _tanimoto(bits, bits):
        row, column = np.nonzero(found >= similarity)
        rows.append(row + start)
        columns.append(column)
    nothing = np.zeros(0, dtype=np.int64)
    return _components(np.concatenate([nothing, *rows]), np.concatenate([nothing, *columns]), len(bits))


def _components(rows: NDArray[Any], columns: NDArray[Any], size: int) -> Integers:
    """Number of the component of each of `size` nodes, joined where (row, column) says so."""
    graph = sp.coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def scaffolds(smiles: Sequence[str]) -> list[str]:
    """Bemis–Murcko scaffold of each molecule, without stereo; a molecule without ring is its own scaffold."""
    from rdkit import Chem
    from rdkit.Chem.Scaffolds import MurckoScaffold

    found = []
    for text in smiles:
        molecule = Chem.MolFromSmiles(text)
        Chem.RemoveStereochemistry(molecule)
        core = MurckoScaffold.GetScaffoldForMol(molecule)
        found.append(Chem.MolToSmiles(core if core.GetNumAtoms() else molecule))
    return found
