"""Every kind of model: it tells held-out genes, its intervals hold, and what is saved is what was fitted."""

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.gaussian import GaussianProcess
from knockon.models.designs.kernels import weighted
from knockon.models.designs.learner import Effects
from knockon.models.designs.protocol import Measured
from knockon.models.designs.registry import KINDS, build
from tests.models.designs.toy import GENES, NAMES, measured, singles, toy

SETTINGS = {
    "gp": {"tuned": 120, "steps": 8, "directions": 20},
    "boosted": {"rounds": 60, "rows": 5, "rate": 0.1},
    "blend": {"members": {"nearest": {}, "ridge": None, "gp": {"tuned": 100, "steps": 5}}},
}
FEATURES, EFFECT = toy()
ORDER = np.random.default_rng(3).permutation(GENES)
TRAIN, TEST = ORDER[:220], ORDER[220:]


@pytest.fixture(scope="module")
def models():
    found = {}
    for kind in KINDS:
        found[kind] = build(kind, SETTINGS.get(kind, {}))
        found[kind].fit(measured(EFFECT, TRAIN), FEATURES, seed=7)
    return found


@pytest.mark.parametrize(
    ("kind", "least"), [("nearest", 0.6), ("ridge", 0.2), ("gp", 0.75), ("boosted", 0.6), ("blend", 0.75)]
)
def test_held_out_genes_are_told(models, kind, least):
    told = models[kind].predict(singles(NAMES, TEST))
    assert np.corrcoef(told.mean, EFFECT[TEST])[0, 1] > least


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_hold_what_they_promise(models, kind):
    told = models[kind].predict(singles(NAMES, TEST))
    new = measured(EFFECT, TEST, seed=11).values
    inside = np.abs(new - told.mean) <= 1.645 * told.deviation
    assert 0.8 <= inside.mean() <= 0.99


@pytest.mark.parametrize("kind", KINDS)
def test_a_measured_gene_is_told_better_and_more_surely(models, kind):
    seen, unseen = (models[kind].predict(singles(NAMES, rows)) for rows in (TRAIN, TEST))
    assert np.corrcoef(seen.mean, EFFECT[TRAIN])[0, 1] > 0.9
    assert seen.deviation.mean() < unseen.deviation.mean()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_read_to_the_last_bit(models, kind, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        models[kind].save(tmp_path / name)
    loaded = build(kind, SETTINGS.get(kind, {}))
    loaded.load(tmp_path / "a")
    pairs = Genotypes(NAMES, np.array([0, 2, 3, 3]), np.array([0, 5, 7], dtype=np.int32))
    own, other = models[kind].predict(pairs), loaded.predict(pairs)
    assert own.mean.tobytes() == other.mean.tobytes()
    assert own.deviation.tobytes() == other.deviation.tobytes()
    assert models[kind].draw(pairs, 5, 1).tobytes() == loaded.draw(pairs, 5, 1).tobytes()
    assert (tmp_path / "a/model.safetensors").read_bytes() == (tmp_path / "b/model.safetensors").read_bytes()


@pytest.mark.parametrize("kind", ["gp", "boosted", "blend"])
def test_equal_seeds_give_equal_models(models, kind):
    again = build(kind, SETTINGS.get(kind, {}))
    again.fit(measured(EFFECT, TRAIN), FEATURES, seed=7)
    assert again.effect.tobytes() == models[kind].effect.tobytes()


def test_what_a_process_tells_of_measured_genes_is_its_kernels_sum(monkeypatch):
    """By the identity it is (kernel + noise) weighed = values; here the kernel is multiplied out."""
    kept = {}

    def spy(*arguments):
        found = weighted(*arguments)
        kept.setdefault("kernel", found.copy())
        return found

    monkeypatch.setattr("knockon.models.designs.gaussian.weighted", spy)
    effects = Effects(np.sort(TRAIN), EFFECT[np.sort(TRAIN)])
    learnt = GaussianProcess(tuned=120, steps=8).learn(FEATURES, effects, 7)
    kernel, centred = kept["kernel"], effects.values - effects.values.mean()
    noise = learnt.notes["unexplained"] * effects.values.var()
    told = kernel @ np.linalg.solve(kernel + noise * np.eye(len(kernel)), centred)
    assert learnt.told[effects.genes] - effects.values.mean() == pytest.approx(told, abs=1e-9)


def test_draws_have_the_spread_that_is_told_and_join_strains_of_one_gene(models):
    model = models["gp"]
    strains = Genotypes(NAMES, np.array([0, 1, 3, 4]), np.array([TEST[0], TEST[0], TEST[1], TEST[2]], dtype=np.int32))
    drawn = model.draw(strains, 4000, 0)
    told = model.predict(strains)
    assert drawn.mean(axis=0) == pytest.approx(told.mean, abs=0.1)
    assert drawn.std(axis=0) ** 2 + model.noise == pytest.approx(told.deviation**2, rel=0.25)
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] > 0.4


def test_a_kind_is_another_file(models, tmp_path):
    models["mean"].save(tmp_path)
    with pytest.raises(KnockonError, match="kind"):
        build("ridge", {}).load(tmp_path)


def test_unknown_kinds_and_settings_are_refused():
    with pytest.raises(KnockonError, match="no kind 'gpr'; choose one of mean, "):
        build("gpr", {})
    with pytest.raises(KnockonError, match="no setting widths; the settings are tuned"):
        build("gp", {"widths": 3})
    with pytest.raises(KnockonError, match="no feature 'fitness/t31'; did you mean fitness/t3"):
        build("ridge", {"features": ["fitness/t31"]}).fit(measured(EFFECT, TRAIN), FEATURES, 0)


def test_a_few_genes_are_told_or_refused():
    few = np.arange(0, 240, 6)[:30]
    for kind in KINDS:
        model = build(kind, SETTINGS.get(kind, {}))
        model.fit(measured(EFFECT, few), FEATURES, seed=1)
        assert np.isfinite(model.predict(singles(NAMES, TEST)).mean).all()
    with pytest.raises(KnockonError, match="at least 12"):
        build("mean", {}).fit(measured(EFFECT, few[:11]), FEATURES, seed=1)


def test_equal_values_are_told_as_they_are():
    flat = Measured(singles(NAMES, TRAIN), np.full(len(TRAIN), 2.0), np.full(len(TRAIN), np.nan))
    for kind in KINDS:
        model = build(kind, SETTINGS.get(kind, {}))
        model.fit(flat, FEATURES, seed=1)
        told = model.predict(singles(NAMES, TEST))
        assert told.mean == pytest.approx(np.full(len(TEST), 2.0), abs=1e-6)
        assert np.isfinite(told.deviation).all()
