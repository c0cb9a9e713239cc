"""`knockon predict affinity` on a clone with a small served model: pairs on the command line, a file, and mistakes."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from knockon.commands.main import app
from knockon.serving.affinity import AffinityDescription, ServedAffinity, load_served, save_served
from knockon.serving.affinity_question import asked_pairs
from tests.commands.predict.test_messages import ask
from tests.models.binding.planted import LIGANDS, pairs, proteins
from tests.models.binding.test_scoring import SMALL, drawn

SEQUENCE = proteins(1)[0]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with a served model, a FASTA file and a table."""
    place = tmp_path_factory.mktemp("clone")
    folder = place / "models/affinity/boosted"
    folder.mkdir(parents=True)
    (place / "dvc.yaml").touch()
    told = AffinityDescription("boosted", "dual", SMALL, {}, "pK", "planted", "all", {"0.9": 1.25})
    save_served(folder, ServedAffinity(told, drawn(SMALL), pairs()))
    (place / "two.fasta").write_text(f">one\n{SEQUENCE}\n>dna\n{'ACGT' * 9}\n>two\n{proteins(2)[1]}\n")
    rows = [
        "note,smiles,sequence",
        f'"a, b",{LIGANDS[0]},{SEQUENCE}',
        f"c,C1CC,{SEQUENCE}",
        f"d,OCC,{SEQUENCE.lower()}",
    ]
    (place / "pairs.csv").write_text("\n".join(rows) + "\n")
    (place / "broken.csv").write_text(f"smiles,sequence\nC1CC,{SEQUENCE}\n")
    return place


def predicted(clone, smiles, sequence=SEQUENCE):
    return float(load_served(clone / "models/affinity/boosted").model.predict(asked_pairs([smiles], [sequence]))[0])


def run(clone, *words):
    return CliRunner().invoke(app, ["predict", "affinity", "--directory", str(clone), *words], catch_exceptions=False)


def test_a_pair_is_told_with_interval_neighbours_and_distance(clone):
    done = run(clone, "--smiles", "C(O)C", "--sequence", SEQUENCE.lower())
    value = predicted(clone, "CCO")
    assert done.exit_code == 0
    assert f"{value:.2f}  [{value - 1.25:.2f}, {value + 1.25:.2f}]" in done.output
    assert "--sequence: lower-case letters are read as upper case" in done.output
    assert "nearest protein shares 100% of its 6-mers" in done.output
    assert done.output.count("  trained: ") == 3
    assert "by boosted, trained on planted/all" in done.output


def test_several_molecules_and_the_proteins_of_a_file(clone):
    done = run(clone, "--smiles", "CCO", "--smiles", LIGANDS[4], "--fasta", str(clone / "two.fasta"))
    for sequence in proteins(2):
        for smiles in ("CCO", LIGANDS[4]):
            assert f"{predicted(clone, smiles, sequence):.2f}" in done.output
    assert "dna is left out: DNA or RNA, not a protein; translate it" in done.output


def test_far_from_training_is_told(clone):
    done = run(clone, "--smiles", "FC(F)(F)c1ccncc1Br", "--sequence", "WYWYHHCCPPWYWYHHCCPPRRWW")
    assert "nearest protein shares 0% of its 6-mers" in done.output
    assert "no training pair is like it on both sides" in done.output


def test_a_file_keeps_its_columns_and_gains_three(clone, tmp_path):
    out = tmp_path / "answers.csv"
    done = run(clone, "--csv", str(clone / "pairs.csv"), "--out", str(out))
    assert done.exit_code == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [list(row) for row in rows] == [["note", "smiles", "sequence", "pk", "low", "high"]] * 2
    assert [(row["note"], row["smiles"], row["sequence"]) for row in rows] == [
        ("a, b", LIGANDS[0], SEQUENCE),
        ("d", "OCC", SEQUENCE.lower()),
    ]
    for row, smiles in zip(rows, (LIGANDS[0], "CCO"), strict=True):
        assert float(row["pk"]) == pytest.approx(predicted(clone, smiles), abs=1e-3)
        np.testing.assert_allclose([float(row["low"]) + 1.25, float(row["high"]) - 1.25], float(row["pk"]), atol=2e-4)
    with (tmp_path / "answers.rejected.csv").open(newline="") as file:
        assert [(row["line"], row["value"], row["reason"]) for row in csv.DictReader(file)] == [
            ("3", "C1CC", "not a SMILES")
        ]


PAIR = ("--smiles", "CCO", "--sequence", SEQUENCE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give --smiles with --sequence or --fasta, or --csv with --out"),
        (("--smiles", "CCO"), "give --smiles with --sequence or --fasta"),
        ((*PAIR, "--fasta", "two.fasta"), "give --smiles with --sequence or --fasta"),
        ((*PAIR, "--out", "a.csv"), "--out goes with --csv"),
        (("--csv", "pairs.csv"), "give --csv with --out"),
        (("--csv", "pairs.csv", "--out", "models"), "models: is a folder"),
        (("--csv", "none.csv", "--out", "a.csv"), "none.csv: no such file"),
        (("--csv", "broken.csv", "--out", "a.csv"), "broken.csv: no row can be used; line 2: not a SMILES"),
        (("--smiles", "C1CC", "--sequence", SEQUENCE), "--smiles 'C1CC': not a SMILES"),
        (("--smiles", "MKTAYIAK", "--sequence", SEQUENCE), "letters of a peptide, not SMILES"),
        (("--smiles", "CCO", "--sequence", "ACGT" * 9), "--sequence: DNA or RNA, not a protein; translate it"),
        (("--smiles", "CCO", "--sequence", ""), "fewer than 10 residues"),
        (("--smiles", "CCO", "--fasta", "none.fasta"), "none.fasta: no such file"),
        ((*PAIR, "--model", "none"), "run `dvc repro affinity_train` or `dvc pull`"),
        ((*PAIR, "--directory", "models"), "is no clone of knockon"),
    ],
)
def test_a_mistake_is_told_at_once(clone, words, said):
    code, message, loaded = ask(clone, "predict", "affinity", *words)
    assert (code, loaded) == (1, [])
    assert said in message
    assert "Traceback" not in message
    assert not (clone / "a.csv").exists()
