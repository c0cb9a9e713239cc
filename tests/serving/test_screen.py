"""A screen gives the model's own predictions, embeds each text once whoever asks again, and puts aside what it must."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.scoring import read_scorer
from knockon.serving import screen as screening
from knockon.serving.affinity_inputs import Protein, trained_form
from knockon.serving.screen import CUT, REPEATED, ScreenModel, screen
from tests.models.binding.planted import LIGANDS, proteins
from tests.models.binding.test_scoring import SMALL, drawn

TARGETS = tuple(Protein(f"p{number}", sequence) for number, sequence in enumerate(proteins(3)))
# Written as nobody's canonical SMILES, so that a screen that read them as they are would be found out.
TEXTS = tuple(dict.fromkeys(["OCC", "C(N)C", "[O-]C(=O)CC", *LIGANDS, "C[NH3+]", "C(O)C"]))


class Counting:
    """A model that counts the texts it is asked to embed, and that can be told to fail."""

    def __init__(self, settings=SMALL):
        self.model, self.embedded, self.left = drawn(settings), [], 1 << 60

    def __call__(self):
        return self

    def vectors(self, side, texts):
        if side == "ligand":
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            self.embedded += texts
        return self.model.vectors(side, texts)


def asked(tmp_path, settings=SMALL):
    counting = Counting(settings)
    (tmp_path / "model").mkdir(exist_ok=True)
    counting.model.save(tmp_path / "model")
    return counting, ScreenModel(read_scorer(tmp_path / "model", settings), counting, tmp_path / "cache")


def library(tmp_path, lines):
    path = tmp_path / "library.smi"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def predictions(model, texts, sequence):
    """What the model itself says of molecules in the form that was trained on."""
    forms = [trained_form(text) for text in texts]
    known = tuple(dict.fromkeys(forms))
    place = np.array([known.index(form) for form in forms])
    none = np.zeros(len(forms), dtype=np.int64)
    return model.predict(Pairs(known, (sequence,), place, none, none * np.nan, none.astype(np.int8)))


@pytest.mark.parametrize("settings", [{}, {"head": "cosine", "loss": "contrastive"}, {"ligand_encoder": "features"}])
@pytest.mark.parametrize("block_bytes", [40, 1 << 20])
def test_scores_are_the_models_own_and_the_best_come_first(tmp_path, monkeypatch, settings, block_bytes):
    monkeypatch.setattr(screening.stream_library, "__defaults__", (block_bytes,))
    counting, model = asked(tmp_path, SMALL | settings)
    found = screen(model, TARGETS, library(tmp_path, [f"{text} m{row}" for row, text in enumerate(TEXTS)]), 7)
    assert (found.molecules, found.embedded, found.cut, found.rejects.num_rows) == (len(TEXTS), len(TEXTS), 0, 0)
    for target, hits in zip(TARGETS, found.hits, strict=True):
        expected = predictions(counting.model, TEXTS, target.sequence)
        assert expected.std() > 1e-4
        rows = [int(name[1:]) for name in hits.ids]
        assert hits.protein == target.name
        assert hits.smiles == tuple(TEXTS[row] for row in rows)
        assert hits.lines.tolist() == [row + 1 for row in rows]
        np.testing.assert_allclose(hits.scores, expected[rows], atol=2e-5)
        assert (np.diff(hits.scores) <= 0).all()
        assert hits.scores[-1] >= np.sort(expected)[-7] - 2e-5


def test_equal_molecules_keep_the_order_of_the_library(tmp_path):
    _, model = asked(tmp_path)
    found = screen(model, TARGETS[:1], library(tmp_path, ["CCO"] * 6), 4)
    assert found.hits[0].ids == ("line 1", "line 2", "line 3", "line 4")
    assert (found.molecules, found.embedded) == (6, 1)


def test_what_was_embedded_once_is_never_embedded_again(tmp_path):
    counting, model = asked(tmp_path)
    first = screen(model, TARGETS[:1], library(tmp_path, TEXTS[:20]), 5)
    assert len(counting.embedded) == 20
    counting, model = asked(tmp_path)
    again = screen(model, TARGETS, library(tmp_path, [*TEXTS[:20][::-1], *TEXTS[20:25]]), 5)
    assert len(counting.embedded) == 5
    assert again.embedded == 5
    assert again.molecules == 25
    np.testing.assert_allclose(
        first.hits[0].scores[0], max(predictions(counting.model, TEXTS[:20], TARGETS[0].sequence)), atol=2e-5
    )


def test_a_run_that_was_stopped_goes_on_from_what_it_wrote(tmp_path, monkeypatch):
    monkeypatch.setattr(screening, "CHUNK", 8)
    counting, model = asked(tmp_path)
    counting.left = 2
    path = library(tmp_path, TEXTS)
    with pytest.raises(KeyboardInterrupt):
        screen(model, TARGETS, path, 5)
    assert len(counting.embedded) == 16
    counting, model = asked(tmp_path)
    found = screen(model, TARGETS, path, 5)
    assert len(counting.embedded) == len(TEXTS) - 16
    monkeypatch.undo()
    (tmp_path / "other").mkdir()
    whole = screen(asked(tmp_path / "other")[1], TARGETS, path, 5)
    for one, two in zip(found.hits, whole.hits, strict=True):
        np.testing.assert_allclose(one.scores, two.scores, atol=2e-5)


def test_another_model_has_vectors_of_its_own(tmp_path):
    _, model = asked(tmp_path)
    path = library(tmp_path, TEXTS[:5])
    screen(model, TARGETS, path, 5)
    counting, other = asked(tmp_path, SMALL | {"longest_ligand": 20})
    assert screen(other, TARGETS, path, 5).embedded == 5
    assert len(counting.embedded) == 5


def test_rows_that_cannot_be_used_are_put_aside_with_line_and_reason_also_when_they_are_known(tmp_path):
    lines = ["CCO a", "C1CC b", "MKTAYIAKQR c", "CCN a", "CCC d", "[Fe", "CC(=O", "CCC d2"]
    for embedded in (7, 0):
        _, model = asked(tmp_path)
        found = screen(model, TARGETS[:1], library(tmp_path, lines), 10)
        assert found.embedded == embedded
        assert sorted(found.hits[0].ids) == ["a", "d", "d2"]
        told = {row["line"]: (row["value"], row["reason"]) for row in found.rejects.to_pylist()}
        assert told == {
            2: ("C1CC", "not a SMILES"),
            3: ("MKTAYIAKQR", "letters of a peptide, not SMILES"),
            4: ("a", REPEATED),
            6: ("[Fe", "not a SMILES"),
            7: ("CC(=O", "not a SMILES"),
        }


def test_an_id_may_come_again_in_another_block(tmp_path, monkeypatch):
    monkeypatch.setattr(screening.stream_library, "__defaults__", (24,))
    _, model = asked(tmp_path)
    lines = [f"{text} m{row % 20}" for row, text in enumerate(TEXTS[:30])]
    found = screen(model, TARGETS[:1], library(tmp_path, lines), 50)
    assert found.rejects["line"].to_pylist() == list(range(21, 31))
    assert found.molecules == 20


def test_a_molecule_longer_than_the_model_takes_is_counted_and_read_as_the_model_reads_it(tmp_path):
    settings = SMALL | {"longest_ligand": 6}
    for _ in range(2):
        counting, model = asked(tmp_path, settings)
        found = screen(model, TARGETS[:1], library(tmp_path, ["CCO a", "CCCCCCCCO b"]), 5)
        assert found.cut == 1
        assert CUT in model.ligands.notes
        expected = predictions(counting.model, ["CCO", "CCCCCCCCO"], TARGETS[0].sequence)
        scores = dict(zip(found.hits[0].ids, found.hits[0].scores, strict=True))
        np.testing.assert_allclose([scores["a"], scores["b"]], expected, atol=2e-5)


@pytest.mark.parametrize("lines", [["C1CC a", "X1 b"], ["", "  "]])
def test_a_library_without_a_molecule_is_refused_with_the_first_reason(tmp_path, lines):
    _, model = asked(tmp_path)
    with pytest.raises(FormatError, match=r"no molecule can be used(; line 1: not a SMILES|: it has no rows)"):
        screen(model, TARGETS[:1], library(tmp_path, lines), 5)
