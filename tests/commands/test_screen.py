"""`knockon screen` on a clone with a small served model: hits, what is put aside, and every mistake as one message."""

import csv
import os
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from knockon.commands.main import app
from knockon.serving.affinity import AffinityDescription, ServedAffinity, save_served
from tests.commands.predict.test_messages import ask
from tests.models.binding.planted import LIGANDS, pairs, proteins
from tests.models.binding.test_scoring import SMALL, drawn


@pytest.fixture
def clone(tmp_path):
    """A clone with a served dual network, a target and a library."""
    folder = tmp_path / "models/affinity/dual_joint"
    folder.mkdir(parents=True)
    (tmp_path / "dvc.yaml").touch()
    told = AffinityDescription("dual_joint", "dual", SMALL, {}, "pK", "planted", "all", {"0.9": 1.25})
    save_served(folder, ServedAffinity(told, drawn(SMALL), pairs()))
    (tmp_path / "target.fasta").write_text(f">kinase of nobody\n{proteins(1)[0]}\n")
    lines = [f"{text} m{row}" for row, text in enumerate(LIGANDS)]
    (tmp_path / "library.smi").write_text("\n".join([*lines, "C1CC broken", "CCO m1"]) + "\n")
    return tmp_path


WORDS = ("screen", "--protein", "target.fasta", "--ligands", "library.smi", "--out", "hits.csv")


def screened(clone, *more, monkeypatch):
    monkeypatch.chdir(clone)
    return CliRunner().invoke(app, [*WORDS, *more], catch_exceptions=False)


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_hits_are_written_with_ids_and_intervals_and_the_rest_aside(clone, monkeypatch):
    done = screened(clone, "--top", "5", monkeypatch=monkeypatch)
    assert done.exit_code == 0
    hits = table(clone / "hits.csv")
    assert [row["rank"] for row in hits] == ["1", "2", "3", "4", "5"]
    by_name = {f"m{row}": text for row, text in enumerate(LIGANDS)}
    for row in hits:
        assert row["protein"] == "kinase"
        assert row["smiles"] == by_name[row["id"]]
        assert float(row["high"]) - float(row["pk"]) == pytest.approx(1.25, abs=2e-4)
        assert float(row["pk"]) - float(row["low"]) == pytest.approx(1.25, abs=2e-4)
    aside = {row["line"]: row["reason"] for row in table(clone / "hits.rejected.csv")}
    last = len(LIGANDS)
    assert aside == {str(last + 1): "not a SMILES", str(last + 2): "the id came before"}
    assert f"hits among {last} molecules ({last + 2} embedded anew)" in done.output
    assert "2 rejected" in done.output
    assert "by dual_joint, trained on planted/all" in done.output


def test_a_second_run_embeds_nothing_and_imports_neither_pytorch_nor_rdkit(clone, monkeypatch):
    screened(clone, monkeypatch=monkeypatch)
    first = (clone / "hits.csv").read_text()
    code, message, loaded = ask(clone, *WORDS)
    assert (code, loaded) == (0, [])
    assert message == ""
    assert (clone / "hits.csv").read_text() == first


def test_an_earlier_runs_rejected_rows_do_not_stay(clone, monkeypatch):
    screened(clone, monkeypatch=monkeypatch)
    assert (clone / "hits.rejected.csv").is_file()
    (clone / "library.smi").write_text("CCO a\n")
    screened(clone, monkeypatch=monkeypatch)
    assert not (clone / "hits.rejected.csv").exists()


def test_every_protein_of_the_file_is_screened_and_what_is_none_is_told(clone, monkeypatch):
    lower = proteins(2)[1].lower()
    (clone / "target.fasta").write_text(
        f">a\n{proteins(1)[0]}\n>dna\n{'ACGT' * 9}\n>b\n{lower}\n>long\n{'MKTAYIAKQW' * 103}A\n"
    )
    done = screened(clone, "--top", "2", monkeypatch=monkeypatch)
    assert [(row["protein"], row["rank"]) for row in table(clone / "hits.csv")] == [
        (name, rank) for name in ("a", "b", "long") for rank in ("1", "2")
    ]
    assert "dna was not screened: DNA or RNA, not a protein" in done.output
    assert "long: has 1,031 residues; the model reads the first 1,024" in done.output


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        (("--top", "0"), {}, "--top is '0'; it is a number of hits"),
        (("--top", "many"), {}, "--top is 'many'; it is a number of hits"),
        (("--out", "models"), {}, "models: is a folder; --out is the file to write"),
        (("--out", "hits.parquet"), {}, "answers are written as .csv"),
        (("--ligands", "none.smi"), {}, "none.smi: no such file"),
        (("--ligands", "target.fasta"), {}, "target.fasta: a library of molecules is a SMILES file"),
        (("--protein", "none.fasta"), {}, "none.fasta: no such file"),
        (("--directory", "models"), {}, "is no clone of knockon"),
        (("--model", "none"), {}, "run `dvc repro affinity_train` or `dvc pull`"),
        ((), {"library.smi": ""}, "library.smi: is empty"),
        ((), {"target.fasta": ""}, "target.fasta: is empty"),
        ((), {"target.fasta": f">d\n{'ACGT' * 9}\n"}, "no protein can be used; d: DNA or RNA, not a protein"),
        ((), {"models/affinity/dual_joint/served.json": "{"}, "the model's files are damaged"),
        ((), {"models/affinity/dual_joint/model/model.safetensors": "{"}, "not a readable model file"),
    ],
)
def test_a_mistake_is_told_at_once(clone, words, files, said):
    for name, text in files.items():
        (clone / name).write_text(text)
    code, message, loaded = ask(clone, *WORDS, *words)
    assert (code, loaded) == (1, [])
    assert said in message
    assert "Traceback" not in message
    assert not (clone / "hits.csv").exists()


def test_a_model_without_towers_is_told(clone):
    path = clone / "models/affinity/dual_joint/served.json"
    path.write_text(path.read_text().replace('"dual"', '"boosted"'))
    code, message, _ = ask(clone, *WORDS)
    assert code == 1
    assert "is of kind boosted, which scores pair by pair; a screen needs two towers: give --model" in message


def test_a_library_without_a_molecule_ends_with_status_1_and_its_first_reason(clone):
    (clone / "library.smi").write_text("C1CC a\nXYZ b\n")
    code, message, _ = ask(clone, *WORDS)
    assert code == 1
    assert "library.smi: no molecule can be used; line 1: not a SMILES" in message
    assert not (clone / "hits.csv").exists()


def test_molecules_that_would_end_rdkit_are_put_aside_like_any_other(clone):
    with (clone / "library.smi").open("a", encoding="utf-8") as file:
        file.writelines(f"{word} odd\n" for word in ("C" * 20_000, "CCé", "(" * 5000))
    code, _, _ = ask(clone, *WORDS)
    assert code == 0
    last = len(LIGANDS) + 2
    assert {row["line"] for row in table(clone / "hits.rejected.csv")} >= {str(last + row) for row in (1, 2, 3)}
    assert len(table(clone / "hits.csv")) == len(LIGANDS)


def test_two_runs_at_once_on_one_cache_give_the_hits_of_one(clone, monkeypatch):
    """Both embed what neither found; whoever comes third embeds nothing."""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", SLOW, *WORDS, "--out", f"{name}.csv"], cwd=clone, stdout=subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    for process in both:
        process.communicate(timeout=240)
        assert process.returncode == 0
    done = screened(clone, monkeypatch=monkeypatch)
    assert "(0 embedded anew)" in done.output
    texts = [(clone / f"{name}.csv").read_text() for name in ("one", "two", "hits")]
    assert texts[0] == texts[1] == texts[2]


SLOW = """
import sys, time
from knockon.serving import screen
screen.CHUNK = 4
append = screen.VectorBlocks.append
def slow(self, *rest):
    append(self, *rest)
    print("written", flush=True)
    time.sleep(0.2)
screen.VectorBlocks.append = slow
from knockon.commands.main import main
main()
"""


def test_a_killed_run_goes_on_from_what_it_had_embedded(clone, monkeypatch):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *WORDS], cwd=clone, stdout=subprocess.PIPE, env=os.environ, text=True
    )
    assert process.stdout is not None
    # The protein, then two chunks of molecules.
    for _ in range(3):
        assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (clone / "hits.csv").exists()
    done = screened(clone, monkeypatch=monkeypatch)
    embedded = int(done.output.partition(" embedded anew")[0].rpartition("(")[2])
    assert len(LIGANDS) + 2 - 12 <= embedded <= len(LIGANDS) + 2 - 8
    assert len(table(clone / "hits.csv")) == len(LIGANDS)
