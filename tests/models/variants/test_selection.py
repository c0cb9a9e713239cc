"""Choice of a setting: what is held out for it, what is left out of a setting, what a skipped representation gives."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.grid import SkippedRepresentation
from knockon.models.variants.fitting import Fitted
from knockon.models.variants.selection import answers_of, choose_setting, few_mutations
from tests.models.variants.made_up import inputs

SECTION = {"representations": ["mutations", "esm2"], "select": "validation", "grid": {"shrinkage": [300.0, 1.0]}}


@pytest.fixture(scope="module")
def data():
    return inputs()


def shown(data):
    def by_name(representation):
        if representation == "esm2":
            raise SkippedRepresentation("no weights")
        return data

    return by_name


@pytest.mark.parametrize("select", ["validation", "more_mutations"])
def test_the_setting_with_the_least_error_is_chosen_and_skipped_ones_are_told(select, data):
    choice = choose_setting("additive", {**SECTION, "select": select, "spare": 7}, 1, shown(data))
    assert choice.fitted == {"spare": 7, "representation": "mutations", "shrinkage": 1.0}
    assert [trial.skipped for trial in choice.trials] == [None, None, "no weights"]
    assert choice.number == 1
    assert choice.trials[0].scores["mse"] > choice.trials[1].scores["mse"]


def test_without_any_representation_there_is_no_model(data):
    with pytest.raises(KnockonError, match="additive: none of its representations is there \\(esm2: no weights\\)"):
        choose_setting("additive", {**SECTION, "representations": ["esm2"]}, 1, shown(data))


def test_a_value_that_is_no_list_is_refused(data):
    with pytest.raises(KnockonError, match=r"shrinkage is 1\.0; write a list"):
        choose_setting("additive", {**SECTION, "grid": {"shrinkage": 1.0}}, 1, shown(data))


def test_few_mutations_hold_out_the_next_number(data):
    few, check = few_mutations(data)
    assert max(data.mutations[few.train]) == max(data.mutations[few.validation]) == 2
    assert set(data.mutations[check]) == {3}
    known = set(data.train) | set(data.validation)
    assert set(check) <= known
    assert len(few.train) < len(data.train)


def test_a_curve_adds_a_name(data):
    fitted = Fitted(np.linspace(0, 1, len(data))[:, None])
    assert list(answers_of("base", "base", fitted, data)) == ["base"]
    assert list(answers_of("additive", "additive", fitted, data)) == ["additive", "additive_monotone"]
    names = ["global_epistasis_ensemble_sigmoid", "global_epistasis_ensemble"]
    assert list(answers_of("global_epistasis", names[1], fitted, data)) == names
