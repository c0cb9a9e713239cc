"""The few numbers, and the sentence, that an experiment ends with."""

from knockon.stages.affinity import headline as affinity
from knockon.stages.cellstate import headline as cellstate
from knockon.stages.gfp import headline as gfp
from knockon.stages.yeast import headline as yeast

YEAST = {
    "split": "pair",
    "label": "interaction",
    "model": "network_boosted",
    "representation": "one_hot",
    "aggregation": "pert_sum",
    "n_test": 1606,
    "pearson": 0.336,
    "pearson_low": 0.235,
    "pearson_high": 0.423,
    "ceiling_pearson": 0.533,
    "mean_pearson": 0.9,
    "additive_pearson": 0.147,
    "random_pearson": None,
    "factorisation_pearson": 0.201,
}


def variants(validation, test, noise=0.014):
    scores = {"mse": test, "mse_low": test - 0.25, "mse_high": test + 0.25, "noise_mse": noise}
    return {"imbalanced": {"validation": {"mse": validation}, **scores}, "balanced": {}}


def test_yeast_stands_beside_its_strongest_baseline_and_the_ceiling():
    """The mean is no baseline with a column of its own; one that was not run is none."""
    scores = {"r": 0.336, "r_low": 0.235, "r_high": 0.423, "r_baseline": 0.201, "r_ceiling": 0.533}
    assert yeast.scores(YEAST) == scores
    assert yeast.sentence(YEAST) == (
        "yeast interaction, pair split: network boosted · one hot · pert sum reaches r = 0.336 [0.235, 0.423]; "
        "the best baseline is factorisation with 0.201, and the ceiling 0.533 (biology)."
    )


def test_without_baselines_and_ceiling_there_are_none():
    alone = {**YEAST, "additive_pearson": None, "factorisation_pearson": None, "ceiling_pearson": None}
    assert (yeast.scores(alone)["r_baseline"], yeast.scores(alone)["r_ceiling"]) == (None, None)
    assert yeast.sentence(alone).endswith("reaches r = 0.336 [0.235, 0.423].")


def test_of_avgfp_validation_chooses_the_model_not_the_test():
    metrics = {"base": variants(0.2, 0.05), "improved": variants(0.1, 0.3), "additive": variants(0.1, 0.5)}
    assert gfp.best_by_validation(metrics) == "additive"
    assert gfp.scores(metrics) == {"gfp_mse": 0.5, "gfp_low": 0.25, "gfp_high": 0.75, "gfp_noise": 0.014}
    assert gfp.sentence(metrics) == (
        "avGFP brightness, imbalanced split: additive, which validation chooses of 3 models, has a test MSE of "
        "0.500 [0.250, 0.750]; the noise of the label is 0.014."
    )


def test_a_noise_that_is_not_known_is_a_dash():
    assert gfp.sentence({"base": variants(0.2, 0.05, None)}).endswith("the noise of the label is –.")


def test_affinity_is_compared_by_the_run_that_is_served():
    row = {"model": "dual_joint", "pearson": 0.8, "pearson_low": 0.7, "pearson_high": 0.9, "mse": 1.5}
    found = {"best": {"davis": {"cold_protein": {**row, "pearson": 0.1}}, "pdbbind2016": {"published": row}}}
    assert affinity.scores(found, "pdbbind2016/published") == {"pk_r": 0.8, "pk_low": 0.7, "pk_high": 0.9}
    assert affinity.sentence(found, "pdbbind2016/published") == (
        "affinity, pdbbind2016, published: dual joint, which validation chooses, has a test r of 0.800 [0.700, 0.900] "
        "and an MSE of 1.500."
    )


def test_cell_state_is_compared_by_held_out_studies():
    interval = {"centred": 0.7, "centred_low": 0.6, "centred_high": 0.8, "hidden": 0.65}
    area = {"auroc": 0.8, "auroc_low": 0.75, "auroc_high": 0.85, "signed_r": 0.4}
    scores = {"mean": {"study": {"validation": 0.0}}, "skip": {"study": {"validation": 0.7, **interval}}}
    found = {
        "best": cellstate.best_models(scores),
        "models": scores,
        "knockouts": {"response": area, "mean_response": {"auroc": 0.78}},
    }
    assert found["best"] == {"study": "skip"}
    assert cellstate.headline_scores(found, "skip") == {"cells_r2": 0.7, "cells_net_r2": 0.7, "ko_auroc": 0.8}
    assert cellstate.headline_scores(found, "denoising")["cells_net_r2"] is None
    assert cellstate.sentence(found) == (
        "cell state: skip, which validation chooses, gives samples of held-out studies back with a centred R² of "
        "0.700 [0.600, 0.800]; which genes a knock-out changes is told with an AUROC of 0.800 [0.750, 0.850], by the "
        "mean response with 0.780."
    )
