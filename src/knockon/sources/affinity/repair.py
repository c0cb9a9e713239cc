"""SMILES that were written from MOL2 atom types, made into molecules again.

A MOL2 file says that both oxygens of an acid are alike (O.co2) and that the carbon of a guanidinium is C.cat. Written
as SMILES without thought this gives `[C-](=O)=O`, `[NH2]=[C+](=[NH2])`, `P(=O)(=O)=O`: valences that no atom has, so
RDKit refuses the molecule. Here bonds and charges of such atoms are set to what the group is; no heavy atom is added or
removed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knockon.sources.affinity.molecules import MoleculeError, parse, silent

if TYPE_CHECKING:
    from rdkit.Chem import Atom, Mol, RWMol

# Most bonds, by their orders, of the central atom of an oxide, and of what is bound to boron.
_OXIDE_VALENCE = {"P": 5, "As": 5, "Sb": 5, "S": 6, "Se": 6}
_FULL = {"O": 2, "C": 4}


@dataclass(frozen=True)
class Repaired:
    """A molecule and the names of the groups that were set right; none where RDKit takes the text as it is."""

    molecule: "Mol"
    groups: tuple[str, ...]


def repair(smiles: str) -> Repaired:
    """The molecule that a SMILES means. Raises MoleculeError with the reason where no known group is at fault.

    All heavy atoms are kept, and their elements; bond orders, charges and hydrogens of the groups named change.
    """
    try:
        molecule = parse(smiles)
    except MoleculeError:
        return _mend(smiles)
    completed = _complete_oxides(molecule)
    return Repaired(molecule, ()) if completed is None else Repaired(completed, ("hydrogenated oxide",))


def _mend(smiles: str) -> Repaired:
    from rdkit import Chem

    with silent():
        raw = Chem.MolFromSmiles(smiles, sanitize=False)
    if raw is None:
        raise MoleculeError("not a SMILES")
    if not raw.GetNumHeavyAtoms():
        raise MoleculeError("no heavy atom")
    molecule = Chem.RWMol(raw)
    groups = {name for name, mend in _MENDS.items() if mend(molecule)}
    with silent():
        try:
            Chem.SanitizeMol(molecule)
        except Chem.KekulizeException:
            _choose_hydrogens(molecule, groups)
        except Chem.MolSanitizeException as error:
            raise MoleculeError(_reason(error)) from error
    Chem.AssignStereochemistry(molecule, cleanIt=True, force=True)
    return Repaired(molecule.GetMol(), tuple(sorted(groups)))


def _reason(error: Exception) -> str:
    """RDKit's complaint without the number of the atom, so that like ones are counted together."""
    words = str(error).strip().split()
    if "Explicit" in words:
        return f"impossible valence of {words[words.index('#') + 2].rstrip(',')}"
    return "no alternating bonds in a ring"


def _carboxylates(molecule: "RWMol") -> bool:
    """`[C-](=O)=O` → `C(=O)[O-]`; also of a carbonate, and `[C-](=O)O`."""
    done = False
    for atom in molecule.GetAtoms():
        if atom.GetSymbol() != "C" or atom.GetFormalCharge() != -1 or atom.GetIsAromatic():
            continue
        oxygens = _doubly_bound(atom, "O")
        if oxygens and _valence(atom) > 3:
            atom.SetFormalCharge(0)
            for oxygen in oxygens[1:]:
                _make_anion(molecule, atom, oxygen)
            done = True
    return done


def _oxides(molecule: "RWMol") -> bool:
    """Phosphates, phosphonates, sulfonates and sulfates: surplus `=O` → `[O-]`."""
    done = False
    for atom in molecule.GetAtoms():
        if atom.GetSymbol() not in _OXIDE_VALENCE or atom.GetFormalCharge():
            continue
        oxygens = _doubly_bound(atom, "O")
        surplus = int(_valence(atom)) - _OXIDE_VALENCE[atom.GetSymbol()]
        if surplus <= 0:
            continue
        for oxygen in oxygens[max(0, len(oxygens) - surplus) :]:
            _make_anion(molecule, atom, oxygen)
            done = True
    return done


def _amidiniums(molecule: "RWMol") -> bool:
    """`[NH2]=[C+](=[NH2])` → `[NH2+]=C(N)`: guanidines, amidines, and amino groups beside a ring's nitrogen."""
    done = False
    for atom in molecule.GetAtoms():
        if atom.GetSymbol() != "C" or atom.GetFormalCharge() != 1:
            continue
        nitrogens = _doubly_bound(atom, "N")
        if not nitrogens:
            continue
        atom.SetFormalCharge(0)
        done = True
        if atom.GetIsAromatic():
            for nitrogen in nitrogens:
                _single(molecule, atom, nitrogen)
            _protonate_ring(atom)
            continue
        # The one that ends a chain keeps the double bond: the others are amines.
        nitrogens.sort(key=lambda nitrogen: (nitrogen.GetDegree(), nitrogen.GetIdx()))
        for nitrogen in nitrogens[1:]:
            _single(molecule, atom, nitrogen)
    return done


def _protonate_ring(carbon: "Atom") -> None:
    """Charge one `[nH]` beside the carbon of a ring, one that is not beside a C=O where there is a choice."""
    nitrogens = [other for other in carbon.GetNeighbors() if other.GetIsAromatic() and other.GetSymbol() == "N"]
    candidates = [nitrogen for nitrogen in nitrogens if nitrogen.GetNumExplicitHs()]
    if len(nitrogens) > len(candidates) or not candidates:
        # A bare n is there already to hold the double bond.
        return
    candidates.sort(key=lambda nitrogen: (_beside_carbonyl(nitrogen), nitrogen.GetIdx()))
    candidates[0].SetFormalCharge(1)


def _beside_carbonyl(nitrogen: "Atom") -> bool:
    from rdkit.Chem import BondType

    return any(
        bond.GetBondType() == BondType.DOUBLE and bond.GetOtherAtom(carbon).GetSymbol() in ("O", "S")
        for carbon in nitrogen.GetNeighbors()
        for bond in carbon.GetBonds()
    )


def _oniums(molecule: "RWMol") -> bool:
    """Nitrogen with four bonds and no charge → `[N+]`; oxygen with three → `[O+]`; a nitro group is no such case."""
    done = False
    for atom in molecule.GetAtoms():
        # Aromatic bonds count one and a half: whether a ring's nitrogen has a charge is not told from their sum.
        if atom.GetFormalCharge() or atom.GetIsAromatic():
            continue
        valence = _valence(atom)
        if (atom.GetSymbol(), valence) == ("N", 4):
            atom.SetFormalCharge(1)
            done = True
        elif (atom.GetSymbol(), valence) == ("O", 3) and any(
            bond.GetBondTypeAsDouble() == 3 for bond in atom.GetBonds()
        ):
            atom.SetFormalCharge(1)
            for carbon in atom.GetNeighbors():
                carbon.SetFormalCharge(-1)
            done = True
    return done


def _boronates(molecule: "RWMol") -> bool:
    """Boron with four bonds → `[B-]`; hydrogens too many on what is bound to it go: `[OH2]B`, `[CH3]B`, `B=[OH]`."""
    done = False
    for atom in molecule.GetAtoms():
        if atom.GetSymbol() != "B" or atom.GetFormalCharge() or atom.GetDegree() > 4:
            continue
        for other in atom.GetNeighbors():
            if other.GetSymbol() not in _FULL or other.GetFormalCharge():
                continue
            if other.GetSymbol() == "O":
                _single(molecule, atom, other)
            surplus = int(_valence(other)) - _FULL[other.GetSymbol()]
            if 0 < surplus <= other.GetNumExplicitHs():
                other.SetNumExplicitHs(other.GetNumExplicitHs() - surplus)
                done = True
        if atom.GetDegree() == 4:
            atom.SetFormalCharge(-1)
            done = True
    return done


def _complete_oxides(molecule: "Mol") -> "Mol | None":
    """`[PH](O)(O)O` → `P(=O)(O)O`, `S(O)(O)O` → `S(=O)(=O)O`: acids whose double bonds a tool has filled with hydrogen.

    RDKit takes them, but no such phosphorane or sulfurane is meant; the file of PDBbind's core writes them so. None
    where there is none.
    """
    from rdkit import Chem

    result, changed = Chem.RWMol(molecule), False
    for atom in result.GetAtoms():
        if atom.GetSymbol() not in ("P", "S") or atom.GetDegree() != 4 or _doubly_bound(atom, "O"):
            continue
        hydroxyls = [other for other in atom.GetNeighbors() if other.GetSymbol() == "O" and other.GetDegree() == 1]
        wanted = 1 if atom.GetSymbol() == "P" and atom.GetTotalNumHs() == 1 else 2 * (atom.GetSymbol() == "S")
        if not wanted or len(hydroxyls) < wanted:
            continue
        for oxygen in hydroxyls[:wanted]:
            result.GetBondBetweenAtoms(atom.GetIdx(), oxygen.GetIdx()).SetBondType(Chem.BondType.DOUBLE)
            oxygen.SetNumExplicitHs(0)
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(False)
        changed = True
    if not changed:
        return None
    Chem.SanitizeMol(result)
    return result.GetMol()


_MENDS: dict[str, Any] = {
    "carboxylate": _carboxylates,
    "phosphate or sulfonate": _oxides,
    "amidinium": _amidiniums,
    "boronate": _boronates,
    "onium": _oniums,
}


def _choose_hydrogens(molecule: "RWMol", groups: set[str]) -> None:
    """Where a ring has no alternating bonds: try each `n` with a hydrogen more, and each `[nH]` with one less."""
    from rdkit import Chem

    for atom in molecule.GetAtoms():
        if not atom.GetIsAromatic() or atom.GetSymbol() != "N":
            continue
        for hydrogens, charge in ((1 - min(1, atom.GetNumExplicitHs()), 0), (1, 1)):
            trial = Chem.RWMol(molecule)
            changed = trial.GetAtomWithIdx(atom.GetIdx())
            changed.SetNumExplicitHs(hydrogens)
            changed.SetFormalCharge(charge)
            try:
                Chem.SanitizeMol(trial)
            except Chem.MolSanitizeException:
                continue
            atom.SetNumExplicitHs(hydrogens)
            atom.SetFormalCharge(charge)
            Chem.SanitizeMol(molecule)
            groups.add("hydrogen of a ring")
            return
    raise MoleculeError("no alternating bonds in a ring")


def _doubly_bound(atom: "Atom", symbol: str) -> list["Atom"]:
    """Neighbours of an element by a double bond, in the order of the text."""
    from rdkit.Chem import BondType

    bonds = (bond for bond in atom.GetBonds() if bond.GetBondType() == BondType.DOUBLE)
    return [other for bond in bonds if (other := bond.GetOtherAtom(atom)).GetSymbol() == symbol]


def _valence(atom: "Atom") -> float:
    """Bonds, by their orders, and hydrogens that the text states."""
    return sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds()) + float(atom.GetNumExplicitHs())


def _single(molecule: "RWMol", atom: "Atom", other: "Atom") -> None:
    from rdkit.Chem import BondType

    molecule.GetBondBetweenAtoms(atom.GetIdx(), other.GetIdx()).SetBondType(BondType.SINGLE)


def _make_anion(molecule: "RWMol", atom: "Atom", oxygen: "Atom") -> None:
    """`=O` → `[O-]`; an oxygen with another bond loses the double bond alone."""
    _single(molecule, atom, oxygen)
    if oxygen.GetDegree() == 1:
        oxygen.SetFormalCharge(-1)
