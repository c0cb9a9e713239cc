"""Molecules and proteins as a person gives them, in the form that the affinity models were trained on, or refused."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from knockon.errors import FormatError, KnockonError
from knockon.sources.affinity.proteins import clean_sequences, looks_like_peptide
from knockon.sources.fasta import read_fasta
from knockon.sources.reading import no_rejects

PEPTIDE = "letters of a peptide, not SMILES"

LONGEST_SMILES = 5_000
"""RDKit writes a molecule by recursion: a chain of some 15,000 atoms overflows the stack and ends the process."""
TOO_LONG = f"more than {LONGEST_SMILES:,} characters"
NOT_ASCII = "a character that SMILES does not have"


@dataclass(frozen=True)
class Protein:
    """A name, a sequence as the models read it, and what was done to the text for it, in words."""

    name: str
    sequence: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proteins:
    """What a FASTA file holds, and the records that were refused, in REJECT_SCHEMA."""

    known: tuple[Protein, ...]
    rejects: pa.Table = field(default_factory=no_rejects)


def trained_form(smiles: str) -> str:
    """A molecule as the study's tables have it: neutral, canonical, with stereo. Raises MoleculeError with the reason.

    What RDKit refuses is repaired where a known group is at fault, as the study's readers do.
    """
    from rdkit import Chem

    from knockon.sources.affinity.molecules import MoleculeError, neutral
    from knockon.sources.affinity.repair import repair

    if len(smiles) > LONGEST_SMILES:
        raise MoleculeError(TOO_LONG)
    if not smiles.isascii():
        # RDKit strips such bytes off both ends in silence: to it "Cé" is methane.
        raise MoleculeError(NOT_ASCII)
    try:
        molecule = repair(smiles).molecule
    except MoleculeError as error:
        raise MoleculeError(PEPTIDE if looks_like_peptide(smiles) else str(error)) from error
    return str(Chem.MolToSmiles(neutral(molecule)))


def protein_of(name: str, text: str) -> Protein:
    """A protein from its sequence. Raises KnockonError for what is none."""
    found = clean_sequences(pa.array([text], pa.large_string()))
    if reason := found.reasons[0].as_py():
        raise KnockonError(f"{name}: {reason}: {text[:40]}{'…' if len(text) > 40 else ''}")
    remarks = []
    if found.lower[0]:
        remarks.append("lower-case letters are read as upper case")
    if found.copies[0] > 1:
        remarks.append(f"{found.copies[0]} times the same chain is read as one")
    if found.odd[0]:
        remarks.append(f"{found.odd[0]} letters stand for no one residue")
    return Protein(name, found.sequences[0].as_py(), tuple(remarks))


def read_proteins(path: Path) -> Proteins:
    """The proteins of a FASTA file. Raises FormatError where there is none that can be used, with the first reason."""
    read = read_fasta(path)
    known, reasons = [], []
    names = read.table["name"].to_pylist()
    for name, text in zip(names, read.table["sequence"].to_pylist(), strict=True):
        try:
            known.append(protein_of(name, text))
        except KnockonError as error:
            reasons.append(str(error))
    if not known:
        refused = [f"{row['value']}: {row['reason']}" for row in read.rejects.slice(0, 1).to_pylist()]
        raise FormatError(f"{path}: no protein can be used; {[*reasons, *refused, 'there is none'][0]}")
    refused = pa.table(
        {
            "file": [path.name] * len(reasons),
            "line": pa.nulls(len(reasons), pa.int64()),
            "value": [reason.partition(": ")[0] for reason in reasons],
            "reason": [reason.partition(": ")[2] for reason in reasons],
        },
        schema=read.rejects.schema,
    )
    return Proteins(tuple(known), pa.concat_tables([read.rejects, refused]))


def said_of(proteins: tuple[Protein, ...], longest: int | None = None) -> list[str]:
    """What a person should know of the proteins, a line each. longest: residues that the model takes, None for any."""
    lines = [f"{protein.name}: {remark}" for protein in proteins for remark in protein.remarks]
    return lines + [
        f"{protein.name}: has {len(protein.sequence):,} residues; the model reads the first {longest:,}"
        for protein in proteins
        if longest is not None and len(protein.sequence) > longest
    ]
