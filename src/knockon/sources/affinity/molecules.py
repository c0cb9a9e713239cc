"""Molecules by their text: canonical SMILES with stereo, InChIKey, the neutral form. RDKit is imported late."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knockon.errors import KnockonError

if TYPE_CHECKING:
    from rdkit.Chem import Mol


class MoleculeError(KnockonError):
    """A text that is no molecule; the message is the reason, in few words that can be counted."""


@dataclass(frozen=True)
class Identity:
    """What a molecule is known by.

    smiles: canonical, isomeric, charges as given. inchikey: 27 characters, of the molecule as it is. heavy_atoms:
    number of atoms but hydrogen.
    """

    smiles: str
    inchikey: str
    heavy_atoms: int


@contextmanager
def silent() -> Iterator[None]:
    """RDKit writes nothing on the terminal: what it refuses is counted in a ledger."""
    from rdkit import rdBase

    with rdBase.BlockLogs():
        yield


def parse(smiles: str) -> "Mol":
    """The molecule of a SMILES. Raises MoleculeError where RDKit refuses it, or where it has no atom."""
    from rdkit import Chem

    with silent():
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise MoleculeError("not a molecule")
    if not molecule.GetNumHeavyAtoms():
        raise MoleculeError("no heavy atom")
    return molecule


def from_inchi(inchi: str) -> "Mol":
    """The molecule of an InChI, with its stereo. Raises MoleculeError where RDKit refuses it."""
    from rdkit import Chem

    with silent():
        molecule = Chem.MolFromInchi(inchi)
    if molecule is None or not molecule.GetNumHeavyAtoms():
        raise MoleculeError("not an InChI")
    return molecule


def identity(molecule: "Mol") -> Identity:
    """Canonical SMILES, InChIKey and size. Raises MoleculeError where no InChIKey can be made."""
    from rdkit import Chem

    with silent():
        key = Chem.MolToInchiKey(molecule)
    if not key:
        raise MoleculeError("no InChIKey")
    return Identity(Chem.MolToSmiles(molecule), key, molecule.GetNumHeavyAtoms())


def neutral(molecule: "Mol") -> "Mol":
    """The same molecule with as many charges taken off by protons as can be: acids and amines are written one way.

    A nitrogen of three bonds loses its handedness: without the proton it turns over, or its ring says it anyway.
    """
    from rdkit import Chem
    from rdkit.Chem.MolStandardize import rdMolStandardize

    with silent():
        result = rdMolStandardize.Uncharger().uncharge(molecule)
    for atom in result.GetAtoms():
        if atom.GetSymbol() == "N" and not atom.GetFormalCharge():
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return result
