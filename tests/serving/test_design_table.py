"""A laboratory's own table, told by folds of its genes."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.serving.design_table import evaluated, folds_of, own_strains
from knockon.sources.design.own_phenotype import OwnPhenotype
from knockon.sources.reading import REJECT_SCHEMA
from tests.models.designs.toy import NAMES, singles, toy

FEATURES, EFFECT = toy()


def table(strains, values, covariates=None, errors=None):
    count = len(values)
    covariates = np.empty((count, 0)) if covariates is None else covariates
    errors = np.full(count, np.nan) if errors is None else errors
    columns = {"gene": ["gene"], "value": ["value"], "error": [], "covariates": ["size"] * covariates.shape[1]}
    lines = np.arange(count) + 2
    return OwnPhenotype(tuple(strains), lines, values, errors, covariates, columns, REJECT_SCHEMA.empty_table())


def genes(rows):
    return [(NAMES[row],) for row in rows]


def test_models_are_told_apart_from_the_baselines():
    rows = np.random.default_rng(0).permutation(300)[:240]
    own = own_strains(table(genes(rows), EFFECT[rows]), FEATURES)
    found = evaluated(own, ("mean", "fitness", "nearest", "gp"), resampling=Resampling(50))
    scores = {each.model: each.scores for each in found.models}
    assert (found.genotypes, found.taken, found.hits) == (240, 24, 12)
    assert scores["mean"]["pearson"] == 0
    assert scores["gp"]["pearson"] > scores["nearest"]["pearson"] > 0.5
    assert scores["gp"]["pearson_low"] < scores["gp"]["pearson"] < scores["gp"]["pearson_high"]
    assert scores["gp"]["precision"] > 0.2
    assert 0.8 < scores["gp"]["covered_90"] < 0.98


def test_a_few_dozen_rows_are_enough_and_fewer_are_refused():
    rows = np.arange(0, 300, 6)[:30]
    own = own_strains(table(genes(rows), EFFECT[rows]), FEATURES)
    found = evaluated(own, ("mean", "nearest", "ridge"), resampling=Resampling(20))
    assert [each.model for each in found.models] == ["mean", "nearest", "ridge"]
    assert found.taken == 5
    with pytest.raises(KnockonError, match="23 genotypes that can be used; telling held-out genes needs at least 24"):
        own_strains(table(genes(rows[:23]), EFFECT[rows[:23]]), FEATURES)


def test_covariates_are_taken_out():
    rows = np.arange(100)
    size = np.random.default_rng(1).normal(size=100)
    own = own_strains(table(genes(rows), EFFECT[rows] + 5 * size, size[:, None]), FEATURES)
    assert np.corrcoef(own.measured.values, EFFECT[rows])[0, 1] > 0.98
    assert "size: taken out by a line" in own.notes[0]


def test_a_block_that_is_the_table_is_left_out():
    values = FEATURES.values[:, 2].astype(np.float64)
    own = own_strains(table(genes(np.arange(300)), 3 * values + 1), FEATURES)
    assert own.notes == ["sequence/length agrees with the table (r 1.000): sequence is left out"]
    assert "sequence" not in own.features.blocks


def test_genotypes_are_told_once_and_unknown_genes_left_out():
    strains = [*genes(np.arange(60)), (NAMES[0],), ("YXX001C",), (NAMES[1], NAMES[2])]
    values = np.array([*EFFECT[:60], EFFECT[0] + 2, 0.0, 1.0])
    own = own_strains(table(strains, values), FEATURES)
    assert len(own.measured.values) == 61
    assert own.notes == ["1 genes, such as YXX001C, have no features; their strains are left out"]
    assert own.measured.values[0] == pytest.approx(EFFECT[0] + 1)


def test_a_gene_stays_in_its_fold():
    first, second = (folds_of(singles(NAMES, rows), 5, 1) for rows in (np.arange(50), np.arange(50)[::-1].copy()))
    assert (first == second[::-1]).all()
    assert np.bincount(first).tolist() == [10] * 5


def test_an_unknown_model_is_refused():
    own = own_strains(table(genes(np.arange(60)), EFFECT[:60]), FEATURES)
    with pytest.raises(KnockonError, match="no model 'net'; the models are mean, fitness"):
        evaluated(own, ("net",))
