"""`knockon cells` on small files of one's own: answers, what is written, and every mistake as one message."""

import csv
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from knockon.commands.cells.answers import in_spreads
from knockon.commands.cells.plots import shown_groups, spaced_labels
from knockon.commands.main import app
from knockon.models.supervised import SupervisedTask
from knockon.serving import cells_files
from knockon.serving.cells import FittedCells
from knockon.serving.cells_knockout import knock_out
from knockon.training.signals import TrainingStopped
from tests.models.cells.planted_regulators import world
from tests.stages.interrupting import interrupted

PLANTED, _, _ = world(genes=200, regulators=12, pairs=2, samples=90, studies=6, diseased=20)
NAMES = [f"YAL{place:03d}C" for place in range(200)]


def write(path, values, samples, header="gene"):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header, *samples])
        writer.writerows([gene, *(f"{value:.4f}" for value in row)] for gene, row in zip(NAMES, values.T, strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A compendium with groups and a network, two states, and a fitted model."""
    folder = tmp_path_factory.mktemp("cells")
    samples = [f"s{row}" for row in range(90)]
    write(folder / "all.csv", PLANTED.compendium.clip(0), samples)
    lines = [f"{name},study{group}" for name, group in zip(samples, PLANTED.studies, strict=True)]
    (folder / "groups.csv").write_text("\n".join(["sample,study", *lines]) + "\n")
    rows = [f"{NAMES[a]},{NAMES[b]},{PLANTED.signs[a, b]}" for a, b in zip(*np.nonzero(PLANTED.signs), strict=True)]
    (folder / "net.csv").write_text("\n".join(["regulator,target,sign", *rows]) + "\n")
    for name, mask in (("sick", PLANTED.diseased), ("normal", ~PLANTED.diseased)):
        write(folder / f"{name}.csv", PLANTED.cohort[mask].clip(0), [f"{name}{row}" for row in range(mask.sum())])
    given = "--samples", "all.csv", "--groups", "groups.csv", "--network", "net.csv", "--scale", "log2"
    done = asked(folder, "fit", *given, "--out", "model", "--steps", "40", "--width", "8")
    assert done.exit_code == 0, done.output
    assert "held-out groups" in done.output
    return folder


def asked(folder, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(app, ["cells", *words], catch_exceptions=True)


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_fit_writes_a_model_that_says_how_good_it_is(folder):
    found = FittedCells(folder / "model")
    scores = {score["model"]: score for score in found.index["scores"]}
    assert scores["gene mean"]["r2"] == pytest.approx(0, abs=1e-6)
    assert scores["PCA"]["r2"] > 0.1
    # Never below PCA by more than the choice of a gain on few samples costs.
    assert scores["network"]["r2"] > scores["PCA"]["r2"] - 0.02
    tested = {row["study"] for row in found.store.samples.to_pylist() if row["tested"]}
    assert len(tested) in (1, 2)
    assert (folder / "model" / "latent.svg").read_text().startswith("<svg")
    assert not (folder / ".model_fits").exists()


def test_a_stopped_fit_leaves_nothing_and_goes_on_to_the_same_bytes(folder, monkeypatch):
    given = "fit --samples all.csv --groups groups.csv --scale log2 --steps 130 --width 4"
    with monkeypatch.context() as patch:
        interrupted(patch, SupervisedTask, after=110)
        assert isinstance(asked(folder, *given.split(), "--out", "again").exception, TrainingStopped)
    assert not (folder / "again").exists()
    assert (folder / ".again_fits").exists()
    for out in ("again", "whole"):
        assert asked(folder, *given.split(), "--out", out).exit_code == 0
    assert not (folder / ".again_fits").exists()
    for path in sorted((folder / "whole").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (folder / "again" / path.relative_to(folder / "whole")).read_bytes(), path


def test_samples_are_given_back_and_lacking_genes_told(folder):
    lines = (folder / "sick.csv").read_text().splitlines()
    (folder / "part.csv").write_text("\n".join(lines[:151]) + "\n")
    done = asked(folder, "reconstruct", "--model", "model", "--samples", "part.csv", "--out", "back", "--scale", "log2")
    assert done.exit_code == 0, done.output
    assert "50 genes that the file lacks" in done.output
    assert len(table(folder / "back" / "reconstructed.csv")) == 200
    assert len(table(folder / "back" / "samples.csv")) == 20


def test_a_regulators_knock_out_moves_its_regulon_against_its_signs(folder):
    done = asked(folder, "knockout", "--model", "model", "--gene", NAMES[3], "--samples", "sick.csv", "--out", "ko",
                 "--scale", "log2")  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = {row["gene"]: row for row in table(folder / "ko" / "knockout.csv")}
    changes = np.array([float(rows[name]["by_regulon"]) for name in NAMES])
    targets = (PLANTED.signs[3] != 0) & (np.arange(200) >= 12)
    assert (np.sign(changes[targets]) == -PLANTED.signs[3][targets]).mean() > 0.8
    assert float(rows[NAMES[3]]["change"]) < 0
    assert rows[NAMES[3]]["knocked_out"] == "1"
    assert (folder / "ko" / "volcano.svg").exists()


def test_a_gene_that_is_no_regulator_is_told_by_the_model_alone(folder):
    found = FittedCells(folder / "model")
    levels = found.store.take(np.arange(5))
    told = knock_out([150], levels, found.filled(levels), found.model(), found.regulons())
    assert told.regulon is None
    np.testing.assert_array_equal(told.change, told.model)


def test_regulators_are_ranked_by_cohort_by_sample_and_in_pairs(folder):
    done = asked(folder, "regulators", "--model", "model", "--samples", "sick.csv", "--against", "normal.csv", "--out",
                 "reg", "--scale", "log2", "--per-sample", "--pairs")  # fmt: skip
    assert done.exit_code == 0, done.output
    by_sample = table(folder / "reg" / "samples.csv")
    first = {(row["sample"], row["regulator"]) for row in by_sample if int(row["rank"]) <= 2}
    wanted = {(f"sick{row}", NAMES[driver]) for row, drivers in enumerate(PLANTED.drivers) for driver in drivers}
    assert len(first & wanted) / len(wanted) > 0.5
    ranked = table(folder / "reg" / "regulators.csv")
    assert [int(row["rank"]) for row in ranked] == list(range(1, 13))
    assert all(0 < float(row["fdr"]) <= 1 for row in ranked)
    assert len(table(folder / "reg" / "pairs.csv")) == 12 * 11 / 2
    assert (folder / "reg" / "ranks.svg").exists()


def test_symbols_name_genes_networks_and_answers(folder):
    lines = [f"{name},G{place}" for place, name in enumerate(NAMES)]
    (folder / "genes.csv").write_text("\n".join(["id,symbol", *lines]) + "\n")
    rows = [f"{a},G{a},G{b},{PLANTED.signs[a, b]}" for a, b in zip(*np.nonzero(PLANTED.signs), strict=True)]
    (folder / "symbols.csv").write_text("\n".join([",source,target,weight", *rows]) + "\n")
    given = "--groups groups.csv --genes genes.csv --network symbols.csv --scale log2 --steps 5 --width 4 --out named"
    done = asked(folder, "fit", "--samples", "all.csv", *given.split())
    assert done.exit_code == 0, done.output
    assert "are no genes of the file" not in done.output
    by_id = FittedCells(folder / "model").regulons()
    by_symbol = FittedCells(folder / "named").regulons()
    np.testing.assert_allclose(by_symbol.trust, by_id.trust)
    words = "--model named --gene g3 --samples sick.csv --scale log2 --out named_ko"
    done = asked(folder, "knockout", *words.split())
    assert "knock-out of G3, told by its regulon" in done.output
    first = table(folder / "named_ko" / "knockout.csv")[0]
    assert (first["gene"], first["symbol"]) == (NAMES[3], "G3")


def test_a_file_is_said_on_which_scale_it_was_read(folder):
    done = asked(folder, "reconstruct", "--model", "model", "--samples", "sick.csv", "--out", "said", "--scale", "log2")
    assert "sick.csv: 20 samples × 200 genes; scale log2 (stated)" in done.output


def test_a_damaged_model_is_fitted_again_and_not_pulled(folder):
    shutil.copytree(folder / "model", folder / "damaged")
    (folder / "damaged" / "store" / "values.f32").write_bytes(b"short")
    words = ("reconstruct", "--samples", "all.csv", "--out", "x", "--scale", "log2", "--model", "damaged")
    assert "values.f32: damaged or gone: run `knockon cells fit` again" in str(asked(folder, *words).exception)


def test_components_are_fewer_than_genes(folder):
    lines = (folder / "all.csv").read_text().splitlines()
    (folder / "five.csv").write_text("\n".join(lines[:6]) + "\n")
    given = "--samples five.csv --groups groups.csv --scale log2 --steps 5 --out five"
    assert asked(folder, "fit", *given.split()).exit_code == 0
    assert FittedCells(folder / "five").index["width"] == 2


def test_labels_cover_no_other_and_colours_tell_groups_apart():
    x, y = np.array([0.0, 1, 2, 100]), np.array([1.0, 0.999, 0.5, 0])
    assert spaced_labels(["first", "near", "below", "last"], x, y, range(3)) == ["first", "", "below", ""]
    groups = [f"g{place}" for place in range(9) for _ in range(10 - place)]
    assert sorted(set(shown_groups(groups))) == [*(f"g{place}" for place in range(6)), "other groups"]
    assert set(shown_groups(groups[:19])) == {"g0", "g1"}
    assert set(shown_groups([f"s{place}" for place in range(9)])) == {"samples"}


def test_a_gene_that_is_hardly_expressed_does_not_come_first():
    change, spread = np.array([0.04, -1.0, 0.5]), np.array([0.001, 1.0, 1.0])
    assert np.argsort(-in_spreads(change, spread)).tolist() == [1, 2, 0]


FIT = "fit --out x --samples"
BACK = "reconstruct --model model --out x --scale log2 --samples"
AGAINST = "regulators --model model --out x --scale log2 --samples sick.csv --against"
MISTAKES = {
    f"{FIT} none.csv": "no such file",
    f"{FIT} all.csv --scale log": "choose one of counts",
    f"{FIT} all.csv --scale tpm": "logarithm of again",
    "fit --samples all.csv --scale log2 --out foreign": "no folder of knockon cells",
    f"{FIT} one.csv --scale log2": "1 sample, at least 2",
    f"{FIT} two.csv --scale log2": "2 groups of samples; at least 3",
    f"{FIT} negative.csv": "negative",
    f"{FIT} all.csv --scale log2 --groups study": "neither a file nor a column",
    f"{FIT} all.csv --scale log2 --groups few.csv": "89 samples have no group",
    f"{BACK} human.csv": "another organism",
    f"{BACK} some.csv": "40 of the 200 genes",
    "reconstruct --model nothing --samples all.csv --out x": "no such folder",
    "knockout --model model --gene YAL0003 --samples all.csv --out x --scale log2": "did you mean",
    "fit --samples reads.rda --scale tpm --out x": "is read as reads, as all .rda are",
    f"{BACK} sick.csv --layer raw": "is no .h5ad, and has no layers",
    "reconstruct --model model --samples sick.csv --scale log2 --out all.csv": "is a file; --out is a folder",
    f"{AGAINST} one.csv": "1 sample, at least 2",
    f"{AGAINST} sick.csv": "stand in sick.csv, too",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_one_message_and_nothing_is_written(folder, words):
    values = PLANTED.compendium.clip(0)
    write(folder / "one.csv", values[:1], ["a"])
    write(folder / "two.csv", values[:2], ["a", "b"])
    write(folder / "negative.csv", -values[:4], "abcd")
    (folder / "reads.rda").touch()
    (folder / "foreign").mkdir(exist_ok=True)
    (folder / "foreign" / "kept.txt").touch()
    (folder / "few.csv").write_text("sample,group\ns0,x\n")
    lines = (folder / "sick.csv").read_text().splitlines()
    (folder / "some.csv").write_text("\n".join(lines[:41]) + "\n")
    human = [f"ENSG{number:011d},{line.split(',', 1)[1]}" for number, line in enumerate(lines[1:])]
    (folder / "human.csv").write_text("\n".join([lines[0], *human]) + "\n")
    done = asked(folder, *words.split())
    assert done.exit_code != 0
    assert MISTAKES[words] in str(done.exception)
    assert not (folder / "x").exists()


def test_a_wrong_path_is_told_before_anything_heavy_is_imported(tmp_path):
    code = (
        "import sys; from knockon.commands.main import app; from knockon.errors import KnockonError\n"
        "sys.argv = ['knockon', 'cells', 'fit', '--samples', 'none.csv', '--out', 'x']\n"
        "try:\n    app(standalone_mode=False)\nexcept KnockonError as error:\n    print(error)\n"
        "print(sorted({'torch', 'decoupler', 'scipy', 'lightgbm'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert done.stdout.splitlines() == ["none.csv: no such file", "[]"]


def test_files_of_each_kind_are_known_by_their_suffix(tmp_path):
    (tmp_path / "x.xlsx").touch()
    with pytest.raises(cells_files.FormatError, match=r"\.csv, \.tsv"):
        cells_files.check_file(tmp_path / "x.xlsx")


@pytest.fixture(scope="module")
def measured(folder):
    """Eight studies, each with two knock-outs and their wild types: the knocked-out gene's neighbours fall."""
    random = np.random.default_rng(5)
    rows, samples, groups, deleted = [], [], [], []
    usual = random.random(200) < 0.2
    for study in range(8):
        level = random.normal(6, 1, 200).clip(1)
        for name, gene in (("wt", None), ("a", 2 * study), ("b", 100 + 3 * study)):
            change = np.zeros(200)
            if gene is not None:
                change = usual * random.normal(-1.5, 0.3, 200)
                change[gene] = -level[gene]
            for replicate in range(2):
                rows.append((level + change + random.normal(0, 0.1, 200)).clip(0))
                samples.append(f"{name}{study}_{replicate}")
                groups.append(f"study{study}")
                deleted.append("" if gene is None else NAMES[gene])
    write(folder / "kos.csv", np.array(rows), samples)
    for file, title, column in (("kogroups", "study", groups), ("deleted", "deleted", deleted)):
        lines = [f"{name},{value}" for name, value in zip(samples, column, strict=True)]
        (folder / f"{file}.csv").write_text("\n".join([f"sample,{title}", *lines]) + "\n")
    (folder / "two.csv").write_text("sample,deleted\n" + f"wt0_0,\na0_0,{NAMES[0]}\n")
    (folder / "odd.csv").write_text("sample,deleted\nwt0_0,YZZ9\n")
    return folder


GIVEN = ("fit", "--samples", "kos.csv", "--groups", "kogroups.csv", "--scale", "log2", "--steps", "5", "--width", "4")


def test_measured_knock_outs_give_an_interval(measured):
    done = asked(measured, *GIVEN, "--knockouts", "deleted.csv", "--out", "with_kos")
    assert done.exit_code == 0, done.output
    covered = float(done.output.split("they hold ")[1].split("%")[0])
    assert 80 < covered < 97
    asking = ("--gene", NAMES[55], "--samples", "kos.csv", "--scale", "log2", "--out", "ko2")
    done = asked(measured, "knockout", "--model", "with_kos", *asking)
    assert done.exit_code == 0, done.output
    assert "16 measured knock-outs" in done.output
    rows = [row for row in table(measured / "ko2" / "knockout.csv") if row["knocked_out"] == "0"]
    assert all(float(row["low"]) <= float(row["change"]) <= float(row["high"]) for row in rows)
    # What usually falls is expected to, and a change may be larger where changes usually are.
    falls = [row for row in rows if float(row["change"]) < -1]
    assert 20 < len(falls) < 60
    width = {row["gene"]: float(row["high"]) - float(row["low"]) for row in rows}
    assert np.mean([width[row["gene"]] for row in falls]) > 2 * np.median(list(width.values()))


@pytest.mark.parametrize(
    ("file", "message"),
    [("two", "1 knock-outs with a wild type, of 1 groups"), ("odd", "'YZZ9' is none of the 200 genes"),
     ("kogroups", "has no column deleted")],
)  # fmt: skip
def test_knock_outs_that_calibrate_nothing_are_refused_and_nothing_is_written(measured, file, message):
    done = asked(measured, *GIVEN, "--knockouts", f"{file}.csv", "--out", "never")
    assert done.exit_code == 1
    assert message in str(done.exception)
    assert not (measured / "never").exists()
