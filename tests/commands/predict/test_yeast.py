"""`knockon predict yeast`: names, files of many strains, and what stands beside a prediction."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from knockon.commands.main import app
from knockon.commands.predict.strain_answers import answers
from knockon.commands.predict.yeast import as_csv, read_strains
from knockon.dataset.genotypes import genotypes_from
from knockon.dataset.identity import groups
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.strain_errors import StrainErrors
from knockon.models.experiment import Experiment, GeneKnowledge, experiment_from
from knockon.serving.gene_book import GeneBook
from knockon.serving.measurements import Measurements
from knockon.serving.yeast import Served, load_served

GENES = ("YAL001C", "YBR020W", "YCL030C")
BOOK = GeneBook(pa.table({"id": list(GENES), "standard_name": ["TFC3", "GAL1", ""]}))
QUANTILES = {"0.9": 2.0}
KNOWS_NOTHING = GeneKnowledge(lambda name: None, lambda genes: {}, lambda genes: None)


def record(genes, phenotype, value, temperature=30.0, reconstructed=False):
    perturbations = [{"gene": gene, "kind": "deletion", "allele": ""} for gene in genes]
    fields = {"phenotype": phenotype, "temperature": temperature, "value": value, "standard_error": None}
    return {"perturbations": perturbations, **fields, "dataset": "screen", "reconstructed": reconstructed}


RECORDS = [
    record(["YAL001C"], "fitness", 0.8),
    record(["YBR020W"], "fitness", 0.5),
    record(["YAL001C", "YBR020W"], "interaction", -0.2),
    record(["YAL001C", "YCL030C"], "interaction", 0.1),
    record(["YAL001C", "YCL030C"], "interaction", 0.9, temperature=26.0),
]


class Store:
    """The records above as a store gives them, and the rows that were asked for."""

    def __init__(self):
        self.table = pa.Table.from_pylist(RECORDS)
        self.groups = groups(self.table)
        self.taken = set()

    def genotypes(self):
        return genotypes_from(self.table["perturbations"], GENES)

    def take(self, rows):
        self.taken |= set(np.asarray(rows).tolist())
        return self.table.take(pa.array(np.asarray(rows, dtype=np.int64)))


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def served():
    """A model that always says −0.1."""
    model = SimpleNamespace(predict=lambda strains: np.full(len(strains), -0.1))
    experiment = SimpleNamespace(label="interaction")
    alike = SimpleNamespace(of_pairs=lambda kind, a, b: np.full(len(a), 0.7))
    return Served(model, experiment, StrainErrors(0.05, {}, QUANTILES), GENES, lambda: alike)


def test_names_are_systematic_or_common_in_any_case():
    assert [BOOK.resolve(name) for name in ("yal001c", "Gal1", " TFC3 ")] == ["YAL001C", "YBR020W", "YAL001C"]


def test_an_unknown_gene_is_answered_with_the_nearest_names():
    with pytest.raises(KnockonError, match=r"'GAL11' is unknown; did you mean GAL1"):
        BOOK.resolve("GAL11")


def test_a_gene_can_not_be_knocked_out_twice(served):
    with pytest.raises(KnockonError, match="knocked out twice"):
        BOOK.strain(["GAL1", "YBR020W"], served.genes)


def test_every_phenotype_has_expectation_measurement_and_interval(served, store):
    interaction, fitness = answers(served, BOOK, store, [["YAL001C", "YBR020W"]], 30.0, nearby=True)
    assert (interaction.predicted, interaction.expected, interaction.measured) == (-0.1, 0.0, -0.2)
    assert (interaction.low, interaction.high) == (pytest.approx(-0.2), pytest.approx(0.0))
    assert fitness.expected == pytest.approx(0.4)
    assert fitness.predicted == pytest.approx(0.3)
    assert fitness.measured is None
    assert interaction.nearest == (("TFC3 YCL030C", 0.1, 0.7),)


def test_another_temperature_has_other_measurements(store):
    found = Measurements(store, 26.0, [frozenset({"YAL001C", "YCL030C"})])
    assert found.of("interaction", frozenset({"YAL001C", "YCL030C"}))["value"] == 0.9
    assert found.single("YAL001C") is None


def test_a_single_mutant_has_its_measurement_and_nothing_that_is_called_predicted(served, store):
    (fitness,) = answers(served, BOOK, store, [["YAL001C"]], 30.0, nearby=True)
    assert (fitness.phenotype, fitness.predicted, fitness.low, fitness.measured) == ("fitness", None, None, 0.8)


def test_three_genes_have_the_fitness_of_their_pairs_interactions_and_no_interaction_of_their_own(served, store):
    """f_abc = f_a f_b f_c + Σ ε_ij f_k with ε = −0.1 for every pair: a model of pairs knows no τ."""
    singles = {"YAL001C": 0.8, "YBR020W": 0.5, "YCL030C": 0.9}
    store.table = pa.Table.from_pylist([*RECORDS, record(["YCL030C"], "fitness", 0.9)])
    store.groups = groups(store.table)
    (fitness,) = answers(served, BOOK, store, [list(GENES)], 30.0, nearby=False)
    assert fitness.phenotype == "fitness"
    assert fitness.expected == pytest.approx(0.8 * 0.5 * 0.9)
    assert fitness.predicted == pytest.approx(0.36 - 0.1 * sum(singles.values()))
    # Three interactions, each ± 0.1, weighed by the fitness of the third gene.
    assert fitness.high - fitness.predicted == pytest.approx(0.1 * np.sqrt(sum(f**2 for f in singles.values())))


def test_the_error_of_a_single_mutant_widens_the_interval_of_fitness(served, store):
    known = [{**row, "standard_error": 0.04 if len(row["perturbations"]) == 1 else None} for row in RECORDS]
    store.table = pa.Table.from_pylist(known)
    _, fitness = answers(served, BOOK, store, [["YAL001C", "YBR020W"]], 30.0, nearby=False)
    expected = np.sqrt(0.1**2 + (1.645 * 0.04) ** 2 * (0.8**2 + 0.5**2))
    assert fitness.high - fitness.predicted == pytest.approx(expected)


def test_many_strains_come_from_a_file_and_go_into_one(served, store, tmp_path):
    path = tmp_path / "strains.csv"
    path.write_text("knockouts,note\nYAL001C;GAL1,x\n")
    strains = [BOOK.strain(names, served.genes) for names in read_strains(path).values()]
    lines = as_csv(answers(served, BOOK, store, strains, None, nearby=False)).splitlines()
    assert lines[1] == "YAL001C;YBR020W,interaction,-0.1000,-0.2000,0.0000,0.0000,-0.2000,,screen"
    assert lines[2].startswith("YAL001C;YBR020W,fitness,0.3000")
    # What the file does not tell is not read: other strains with one of the genes.
    assert store.taken == {0, 1, 2}


@pytest.mark.parametrize(("text", "message"), [("a,b\n1,2\n", "line 1"), ("knockouts\n;\n", "line 2"), ("", "line 1")])
def test_a_wrong_file_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "strains.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_strains(path)


def test_one_of_both_ways_to_ask_is_needed():
    ended = CliRunner().invoke(app, ["predict", "yeast"])
    assert isinstance(ended.exception, KnockonError)


def test_a_model_that_was_not_trained_says_what_to_run(tmp_path):
    with pytest.raises(KnockonError, match="dvc repro yeast_train"):
        load_served(tmp_path, KNOWS_NOTHING)


def test_an_experiment_comes_back_from_its_description():
    experiment = Experiment("mlp", "interaction", "pair", "one_hot", "pert_sum", "mse", {}, {"epochs": 3}, GENES)
    assert experiment_from(experiment.description()) == experiment


def test_a_gene_beyond_the_header_is_never_passed_over(tmp_path):
    """`YAL001C,YAL003C` under one header is two fields: an answer for YAL001C alone would be wrong in silence."""
    path = tmp_path / "strains.csv"
    path.write_text("knockouts\nYAL001C;YBR020W\nYAL001C,YBR020W\n")
    with pytest.raises(FormatError, match=r"line 3: has more fields than the header; part the genes of a strain by ;"):
        read_strains(path)
