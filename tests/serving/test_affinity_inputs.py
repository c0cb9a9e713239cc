"""Molecules and proteins as people give them: read as training had them, or refused with a reason."""

import pytest

from knockon.errors import FormatError, KnockonError
from knockon.serving.affinity_inputs import protein_of, read_proteins, said_of, trained_form
from knockon.sources.affinity.molecules import MoleculeError

SEQUENCE = "MKTAYIAKQRQISFVKSHFSRQ"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("C(O)C", "CCO"),
        ("[O-]C(=O)C", "CC(=O)O"),
        ("C[C-](=O)=O", "CC(=O)O"),
        ("C[NH3+]", "CN"),
        ("N[C@@H](C)C(=O)O", "C[C@H](N)C(=O)O"),
    ],
)
def test_a_molecule_has_the_form_of_training(text, form):
    assert trained_form(text) == form


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("C1CC", "not a SMILES"),
        ("MKTAYIAK", "letters of a peptide"),
        ("[H+]", "no heavy atom"),
        ("", "no heavy atom"),
        ("C" * 20_000, "more than 5,000 characters"),
        ("Cé", "a character that SMILES does not have"),
        ("CC\u200b", "a character that SMILES does not have"),
    ],
)
def test_what_is_no_molecule_is_refused_with_its_reason(text, reason):
    with pytest.raises(MoleculeError, match=reason):
        trained_form(text)


def test_a_sequence_in_lower_case_is_read_and_told():
    protein = protein_of("p", SEQUENCE.lower())
    assert protein.sequence == SEQUENCE
    assert said_of((protein,)) == ["p: lower-case letters are read as upper case"]
    assert said_of((protein_of("p", SEQUENCE * 2 + "X"),), 30) == [
        "p: 1 letters stand for no one residue",
        "p: has 45 residues; the model reads the first 30",
    ]
    assert said_of((protein_of("p", SEQUENCE * 2),)) == ["p: 2 times the same chain is read as one"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("acgtacgtacgtacgtacgtacgt", "DNA or RNA, not a protein; translate it"),
        ("MKTAYIAKQR1", "a character that is no residue"),
        ("MKT", "fewer than 10 residues"),
    ],
)
def test_what_is_no_protein_is_refused(text, reason):
    with pytest.raises(KnockonError, match=f"p: {reason}"):
        protein_of("p", text)


def test_the_proteins_of_a_file_are_read_and_the_others_told(tmp_path):
    path = tmp_path / "a.fasta"
    path.write_text(
        f">one first\n{SEQUENCE}\n>dna\n{'ACGT' * 10}\n>empty\n>one\n{SEQUENCE}\n>two\n{SEQUENCE.lower()}C\n"
    )
    found = read_proteins(path)
    assert [(protein.name, protein.sequence) for protein in found.known] == [("one", SEQUENCE), ("two", SEQUENCE + "C")]
    told = {row["value"]: row["reason"] for row in found.rejects.to_pylist()}
    assert told["dna"].startswith("DNA or RNA, not a protein; translate it")
    assert told["empty"] == "no sequence"
    assert told["one"] == "a name that came before"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (SEQUENCE, "line 1: a FASTA file begins with '>'"),
        (f">dna\n{'ACGT' * 10}\n", "no protein can be used; dna: DNA or RNA, not a protein; translate it"),
        (">p\n", "no protein can be used; p: no sequence"),
    ],
)
def test_a_file_without_a_protein_is_refused(tmp_path, content, said):
    path = tmp_path / "a.fasta"
    path.write_text(content)
    with pytest.raises(FormatError, match=said):
        read_proteins(path)
