"""`knockon design` as a person types it, on a clone of a small planted yeast: designs, cycles, pages, every mistake."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import norm
from typer.testing import CliRunner

from knockon.commands.demo import propose_strains
from knockon.commands.design_study import _SERVED, _fitted
from knockon.commands.main import app
from knockon.errors import KnockonError
from knockon.evaluation.error_quantiles import LEVELS
from knockon.models.designs.protocol import Measured
from knockon.models.designs.registry import build
from knockon.serving.design.fitness import kind_of
from knockon.serving.design.growth_errors import ErrorsOfKind, GrowthErrors
from knockon.serving.design.known import strains_over
from knockon.stages.design import paths
from tests.commands.design_clone import MEASURED, make_clone, told_features
from tests.commands.predict.test_messages import ask
from tests.serving.design.planted import EFFECTS, ESSENTIAL, FITNESS, GENES


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_clone(tmp_path_factory.mktemp("design") / "clone")


@pytest.fixture
def clone(made, tmp_path, monkeypatch):
    """A copy to write in, and the folder of the moment."""
    folder = shutil.copytree(made, tmp_path / "clone")
    monkeypatch.chdir(folder)
    return folder


WORDS = ("design", "--maximise", "betaxanthin", "--min-fitness", "0.6", "--batch", "8", "--min-distance", "15")


def run(*words):
    done = CliRunner().invoke(app, [*WORDS, *words], catch_exceptions=False)
    assert done.exit_code == 0
    return " ".join(done.output.split())


def rows(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def effect(row):
    return sum(EFFECTS[GENES.index(gene)] for gene in row["knockouts"].split(";"))


def test_designs_are_good_viable_unlinked_and_explained(clone):
    said = run("--report", "designs.html")
    found = rows("designs.csv")
    assert [row["rank"] for row in found] == [str(rank) for rank in range(1, 9)]
    everything = [EFFECTS[one] + EFFECTS[two] for one in range(40) for two in range(one)]
    assert np.mean([effect(row) for row in found]) > np.quantile(everything, 0.8)
    for row in found:
        genes = row["knockouts"].split(";")
        assert ESSENTIAL not in genes
        assert float(row["fitness"]) >= 0.6
        assert float(row["viable"]) >= 0.8
        assert row["nearest_kb"] == "" or float(row["nearest_kb"]) >= 15
        assert "Nine of ten new measurements" in row["for"] + row["against"]
        assert len(genes) > 1 or genes[0] not in MEASURED
    page = (clone / "designs.html").read_text()
    assert "knockon design --maximise betaxanthin" in page
    assert str(clone) not in page
    assert "cycle 1 for higher betaxanthin; written to designs.csv, designs.html and designs.campaign.json" in said
    assert "ε of pairs that were not measured is taken as 0" in said


def test_the_same_inputs_give_the_same_bytes_wherever_they_are(clone, made, tmp_path, monkeypatch):
    run("--report", "designs.html")
    files = ("designs.csv", "designs.html", "designs.campaign.json")
    first = [(clone / name).read_bytes() for name in files]
    run("--report", "designs.html")
    assert [(clone / name).read_bytes() for name in files] == first
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    run("--report", "designs.html", "--directory", str(made))
    assert [(elsewhere / name).read_bytes() for name in files] == first


def filled(path, target, shift=0.0):
    """The list with what a laboratory measured of its strains: twice what was planted, say."""
    found = rows(path)
    for row in found:
        row["value"], row["error"] = f"{2 * effect(row) + shift:.4f}", "0.1"
    with Path(target).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return found


def test_a_campaign_goes_on_from_what_was_measured_and_can_be_made_again(clone):
    run()
    built = filled("designs.csv", "cycle1.csv")
    said = run("--measured", "cycle1.csv", "--report", "designs.html")
    assert "cycle 2 for higher betaxanthin" in said
    assert "8 strains that you measured in 1 cycle moved the model" in said
    second = rows("designs.csv")
    assert not {row["knockouts"] for row in second} & {row["knockouts"] for row in built}
    assert "(yours)" in (clone / "designs.html").read_text()
    state = json.loads((clone / "designs.campaign.json").read_text())
    assert [len(cycle["measured"]) for cycle in state["cycles"]] == [0, 8]
    assert state["cycles"][1]["proposed"] == [row["knockouts"].split(";") for row in second]
    files = ("designs.csv", "designs.html", "designs.campaign.json")
    once = [(clone / name).read_bytes() for name in files]
    run("--measured", "cycle1.csv", "--report", "designs.html")
    assert [(clone / name).read_bytes() for name in files] == once
    run("--report", "designs.html")
    assert (clone / "designs.csv").read_bytes() == once[0], "without a table the last cycle is made again"
    filled("designs.csv", "cycle2.csv")
    assert "cycle 3" in run("--measured", "cycle2.csv")


def test_what_was_measured_moves_what_is_told(clone):
    run("--out", "before.csv")
    filled("before.csv", "cycle1.csv", shift=3.0)
    run("--out", "after.csv")
    run("--out", "after.csv", "--measured", "cycle1.csv")
    before, after = (np.mean([float(row["predicted"]) for row in rows(name)]) for name in ("before.csv", "after.csv"))
    assert after > before + 1.5, "the new assay's shift"


def test_one_or_two_measured_strains_are_kept_and_said_to_be_too_few(clone):
    run()
    (clone / "cycle1.csv").write_text(f"strain,value\n{GENES[30]};{GENES[33]},9\n")
    said = run("--measured", "cycle1.csv")
    assert "1 measured strains are too few to move the model (3 at least); they are kept" in said
    assert f"{GENES[30]};{GENES[33]}" not in {row["knockouts"] for row in rows("designs.csv")}


def test_minimising_keeping_and_naming_genes(clone):
    (clone / "mine.txt").write_text("\n".join(GENES[10:34]) + f"\n{ESSENTIAL}\n")
    words = ["design", "--minimise", "BETAXANTHIN", "--only", "mine.txt", "--keep", GENES[20], "--batch", "4"]
    done = CliRunner().invoke(app, [*words, "--knockouts", "3", "--out", "low.csv"], catch_exceptions=False)
    assert done.exit_code == 0
    found = rows("low.csv")
    used = {gene for row in found for gene in row["knockouts"].split(";")}
    assert used <= set(GENES[10:34]) - {GENES[20]}
    assert np.mean([effect(row) for row in found]) < -1
    assert "asked for by --only, but essential" in " ".join(done.output.split())


@pytest.mark.parametrize("acquisition", ["greedy", "ucb", "thompson"])
def test_every_acquisition_answers(clone, acquisition):
    run("--acquisition", acquisition, "--diversity", "1", "--seed", "3")
    assert len(rows("designs.csv")) == 8


def own_table(path, extra=""):
    """A person's own values, with colony size as a covariate and a few faults."""
    lines = ["gene,value,error,size"]
    for place, gene in enumerate(GENES[6:36]):
        size = 0.5 + 0.01 * (place % 7)
        lines.append(f"{gene},{EFFECTS[6 + place] + 3 * size:.4f},0.1,{size}")
    path.write_text("\n".join(lines) + "\n" + extra)


def test_a_persons_own_table_is_read_mended_and_learnt_from(clone):
    faults = f"41548,1.5,0.1,0.5\nTYR1,1,0.1,0.5\nTYR1,5,0.1,0.5\n{ESSENTIAL},1,0.1,0.5\nTYR7,1,0.1,0.5\n0,1,0.1,0.5\n"
    own_table(clone / "mine.csv", faults)
    words = ("--phenotype", "mine.csv", "--covariate", "size", "--out", "own.csv", "--report", "own.html")
    done = CliRunner().invoke(
        app, ["design", "--maximise", "violacein", "--batch", "5", *words], catch_exceptions=False
    )
    said = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "mine.csv: 41548 is what a spreadsheet made of OCT1; read as OCT1" in said
    assert f"mine.csv: lines 33, 34: strains of {GENES[2]} disagree (1, 5)" in said
    assert f"{ESSENTIAL}: essential; what was measured is used, no design deletes it" in said
    assert "size: taken out by a line, which had" in said
    found = rows("own.csv")
    assert found[0]["phenotype"] == "violacein"
    assert np.mean([effect(row) for row in found]) > 1
    aside = {row["line"]: row["reason"] for row in rows("own.rejected.csv")}
    assert set(aside) == {"36", "37"}
    assert aside["36"].startswith("unknown gene name TYR7; did you mean TYR1")


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        (("--maximise", "betaxantin"), {}, "'betaxantin' is no phenotype of the study; the nearest that were measured"),
        (("--minimise", "growth"), {}, "give --maximise or --minimise with the phenotype that is wanted, not both"),
        (("--knockouts", "4"), {}, "--knockouts is '4'; it is a whole number from 1 to 3"),
        (("--min-fitness", "high"), {}, "--min-fitness is 'high'; it is a number from 0 to 2"),
        (("--batch", "0"), {}, "--batch is '0'; it is a whole number from 1 to 1000"),
        (("--keep", "TYR7"), {}, "--keep: gene 'TYR7' is unknown; did you mean TYR1?"),
        (("--only", "none.txt"), {}, "none.txt: can't be read"),
        (("--only", "mine.txt"), {"mine.txt": "ARO9\n"}, "mine.txt, line 1: gene 'ARO9' is unknown; did you mean ARO4"),
        (("--acquisition", "luck"), {}, "--acquisition is 'luck'; there are greedy, ucb, thompson"),
        (("--out", "designs.txt"), {}, "answers are written as .csv"),
        (("--report", "designs.pdf"), {}, "designs.pdf: the page is written as a file .html"),
        (("--directory", "models"), {}, "is no clone of knockon"),
        (("--measured", "none.csv"), {}, "none.csv: no such file"),
        (("--measured", "one.csv"), {"one.csv": "strain,value\n"}, "one.csv: no row can be used"),
        (("--measured", "designs.csv"), {"designs.csv": "strain,value\nTYR1,1\n"}, "the next list would be"),
        (("--phenotype", "one.csv"), {"one.csv": "gene,value\nTYR1,1\n"}, "1 strains can be used, and 24 are the"),
        (("--covariate", "size"), {}, "--covariate names a column of your own table"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_once_and_nothing_is_written(clone, words, files, said):
    for name, text in files.items():
        (clone / name).write_text(text)
    before = {path: path.read_bytes() for path in clone.iterdir() if path.is_file()}
    given = [word for word in WORDS if "--maximise" not in words or word not in ("--maximise", "betaxanthin")]
    code, message, loaded = ask(clone, *given, *words)
    assert (code, loaded) == (1, [])
    assert said in message
    assert "Traceback" not in message
    assert {path: path.read_bytes() for path in clone.iterdir() if path.is_file()} == before


def test_an_impossible_constraint_is_named_and_nothing_is_written(clone):
    with pytest.raises(KnockonError, match=r"--min-fitness 1.4: no gene that may be deleted leaves a strain near it"):
        CliRunner().invoke(app, [*WORDS, "--min-fitness", "1.4"], catch_exceptions=False)
    assert not (clone / "designs.csv").exists()
    assert not (clone / "designs.campaign.json").exists()


def test_essential_genes_alone_are_no_candidates(clone):
    (clone / "mine.txt").write_text(ESSENTIAL)
    with pytest.raises(KnockonError, match="no gene is left to delete: essential genes takes the last"):
        run("--only", "mine.txt")


def test_a_campaign_of_another_phenotype_is_not_overwritten(clone):
    run()
    kept = (clone / "designs.csv").read_bytes()
    with pytest.raises(KnockonError, match="is the campaign for higher betaxanthin; name another --out"):
        CliRunner().invoke(app, ["design", "--maximise", "tyrosine"], catch_exceptions=False)
    assert (clone / "designs.csv").read_bytes() == kept


def test_chemicals_of_the_literature_are_found_without_the_word_before_them(clone):
    words = ["design", "--maximise", "glycogen", "--batch", "3", "--out", "glycogen.csv"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert "the literature says yes or no" in " ".join(done.output.split())
    assert rows("glycogen.csv")[0]["phenotype"] == "reported glycogen"


def test_values_of_another_unit_are_asked_about(clone):
    run()
    lines = [f"{GENES[30 + place]};{GENES[10]},{400 + place}" for place in range(5)]
    (clone / "cycle1.csv").write_text("strain,value\n" + "\n".join(lines) + "\n")
    assert "are they in the same unit?" in run("--measured", "cycle1.csv")


def test_missing_models_and_features_are_told_with_the_stage_that_makes_them(clone):
    shutil.rmtree(clone / "models")
    with pytest.raises(KnockonError, match="no model was fitted to betaxanthin; run `dvc repro design_train`"):
        run()
    shutil.rmtree(clone / "data/features")
    with pytest.raises(KnockonError, match="there are no phenotypes; run `dvc repro design_features`"):
        run()


def test_fitness_is_measured_where_it_was(clone):
    run("--knockouts", "2")
    for row in rows("designs.csv"):
        genes = row["knockouts"].split(";")
        if all(gene != GENES[9] for gene in genes) and "measured" not in row["epsilon"]:
            assert float(row["fitness"]) == pytest.approx(
                np.prod([FITNESS[GENES.index(gene)] for gene in genes]), abs=1e-5
            )


def test_the_demo_ends_with_designs(clone, capsys):
    propose_strains(clone)
    assert 5 <= len(rows("reports/designs.csv")) <= 10
    assert "Strains to build for higher betaxanthin" in (clone / "reports/designs.html").read_text()
    assert "reports/designs.html" in capsys.readouterr().out.replace("\n", "")


def test_evaluate_tells_a_table_by_folds_beside_the_baselines(clone):
    own_table(clone / "mine.csv")
    words = ["design", "--maximise", "violacein", "--phenotype", "mine.csv", "--evaluate"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "five folds of 30" in " ".join(done.output.split())
    scores = {
        line.split()[0]: float(line.split()[2].replace("−", "-"))
        for line in done.output.splitlines()
        if "[" in line and "%" not in line
    }
    assert scores["ridge"] > 0.5 > abs(scores["mean"])
    assert not (clone / "designs.csv").exists()


def test_evaluate_prints_what_the_study_scored(clone):
    folder = clone / "plots/design"
    folder.mkdir(parents=True)
    scores = "pearson,pearson_low,pearson_high,auroc,auroc_low,auroc_high,precision,enrichment,covered_90"
    columns = f"group,phenotype,model,n,spearman,{scores}"
    (folder / "phenotypes.csv").write_text(
        f"{columns}\nbetaxanthin,betaxanthin,blend,4679,0.3,0.42,0.4,0.44,0.8,0.7,0.9,0.5,10,0.9\n"
    )
    done = CliRunner().invoke(app, ["design", "--maximise", "betaxanthin", "--evaluate"], catch_exceptions=False)
    assert "0.420 [0.400, 0.440]" in " ".join(done.output.split())
    with pytest.raises(KnockonError, match="tyrosine was not scored; run `dvc repro design_evaluate`"):
        CliRunner().invoke(app, ["design", "--maximise", "tyrosine", "--evaluate"], catch_exceptions=False)


def test_a_blend_by_another_name_answers_before_ridge(clone):
    features = told_features()
    strains = strains_over(GENES, [(gene,) for gene in MEASURED])
    model = build("blend", {"members": {"nearest": {}, "ridge": {}}})
    model.fit(Measured(strains, EFFECTS[: len(MEASURED)], np.full(len(MEASURED), 0.1)), features, 1)
    folder = paths.MODELS / "trio" / "tyrosine"
    folder.mkdir(parents=True)
    model.save(folder)
    assert run("--maximise", "tyrosine", "--out", "trio.csv")
    shutil.rmtree(paths.MODELS / "trio")
    run("--maximise", "tyrosine", "--out", "ridge.csv")
    told = [[row["predicted"] for row in rows(name)] for name in ("trio.csv", "ridge.csv")]
    assert told[0] != told[1]


def test_errors_of_growth_are_those_of_measured_strains_where_they_were_learnt(clone):
    assert "errors of told fitness are taken as normal" in run("--out", "normal.csv")
    wide = ErrorsOfKind(1.0, np.empty(0), 3 * norm.ppf(LEVELS)[None])
    GrowthErrors({kind_of(2, False): wide}).save(paths.GROWTH)
    assert "errors of told fitness" not in run("--min-fitness", "0.3", "--out", "wide.csv")
    normal, learnt = ([row for row in rows(name) if ";" in row["knockouts"]] for name in ("normal.csv", "wide.csv"))

    def above(row):
        return float(row["fitness_high"]) - float(row["fitness"])

    assert min(map(above, learnt)) > 2 * min(map(above, normal))


def test_a_blend_answers_before_what_it_holds(root):
    """Chosen by no score of held-out genes: a blend weighs its members on training genes."""
    models = yaml.safe_load((root / "params.yaml").read_text())["design"]["models"]
    members = {name: set((each.get("settings") or {}).get("members", ())) for name, each in models.items()}
    order = list(_SERVED)
    for name, own in members.items():
        for other in models:
            if other in own or (members[other] and members[other] < own):
                assert order.index(name) < order.index(other), f"{name} holds {other}"


def test_what_was_told_by_both_blends_is_answered_by_the_larger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    features = told_features()
    rows = np.arange(len(features.genes))
    strains = strains_over(features.genes, [(gene,) for gene in features.genes])
    for name, level in (("trio", 1.0), ("blend", 2.0)):
        model = build("blend", {"members": {"mean": {}}})
        model.fit(Measured(strains, level + 0.1 * np.sin(rows), np.full(len(rows), 0.1)), features, 0)
        (paths.MODELS / name / "tyrosine").mkdir(parents=True)
        model.save(paths.MODELS / name / "tyrosine")
    assert _fitted("tyrosine").level == pytest.approx(2.0, abs=0.1)
    shutil.rmtree(paths.MODELS / "blend")
    assert _fitted("tyrosine").level == pytest.approx(1.0, abs=0.1)
