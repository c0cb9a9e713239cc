"""Ranking scores against scikit-learn, RDKit and loops; ties and degenerate cases."""

import numpy as np
import pytest
from rdkit.ML.Scoring import Scoring
from sklearn.metrics import average_precision_score, roc_auc_score

from knockon.evaluation.ranking import auroc, average_precision, bedroc, enrichment_factor, rm2


@pytest.fixture(params=[1, 3])
def ranked(request):
    random = np.random.default_rng(request.param)
    positive = random.random(500) < 0.1
    return positive, positive + random.normal(size=500)


def test_areas_equal_scikit_learn(ranked):
    positive, scores = ranked
    for given in (scores, scores.round()):
        assert auroc(positive, given) == pytest.approx(roc_auc_score(positive, given))
        assert average_precision(positive, given) == pytest.approx(average_precision_score(positive, given))
    weights = np.random.default_rng(0).integers(0, 3, 500).astype(float)
    expected = average_precision_score(positive, scores.round(), sample_weight=weights)
    assert average_precision(positive, scores.round(), weights) == pytest.approx(expected)


def test_early_recognition_equals_rdkit(ranked):
    positive, scores = ranked
    ordered = [[bool(each)] for each in positive[np.argsort(-scores)]]
    assert bedroc(positive, scores) == pytest.approx(Scoring.CalcBEDROC(ordered, 0, 20.0), abs=1e-6)
    assert enrichment_factor(positive, scores) == pytest.approx(Scoring.CalcEnrichment(ordered, 0, [0.01])[0])


def test_constant_scores_are_chance(ranked):
    positive, _ = ranked
    same = np.zeros(len(positive))
    assert auroc(positive, same) == 0.5
    assert average_precision(positive, same) == pytest.approx(positive.mean())
    assert enrichment_factor(positive, same) == pytest.approx(1.0)
    shuffled = [bedroc(positive, np.random.default_rng(seed).random(len(positive))) for seed in range(400)]
    assert bedroc(positive, same) == pytest.approx(np.mean(shuffled), abs=0.01)


def test_one_kind_alone_has_no_score():
    none = np.zeros(10, dtype=bool)
    assert all(
        np.isnan(score(none, np.arange(10.0))) for score in (auroc, average_precision, enrichment_factor, bedroc)
    )
    assert np.isnan(auroc(~none, np.arange(10.0)))
    assert np.isnan(bedroc(~none, np.arange(10.0)))


def test_rm2_by_its_formula_and_by_weights():
    random = np.random.default_rng(0)
    values = random.normal(6, 1, 50)
    predicted = values + random.normal(0, 0.5, 50)
    r2 = np.corrcoef(values, predicted)[0, 1] ** 2
    slope = (values * predicted).sum() / (predicted**2).sum()
    origin = 1 - ((values - slope * predicted) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    assert rm2(values, predicted) == pytest.approx(r2 * (1 - np.sqrt(abs(r2 - origin))))
    assert rm2(values, predicted, published=True) == pytest.approx(r2 * (1 - np.sqrt(abs(r2**2 - origin**2))))
    counts = random.integers(0, 3, 50)
    again = rm2(np.repeat(values, counts), np.repeat(predicted, counts))
    assert rm2(values, predicted, counts.astype(float)) == pytest.approx(again)
    assert rm2(values, values) == pytest.approx(1.0)
    assert np.isnan(rm2(values, np.full(50, 6.1)))
