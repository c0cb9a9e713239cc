"""A screen's model that a campaign moves: towards what was built, and no further than that says."""

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.protocol import Measured, Told
from knockon.models.designs.sets.strains import genotypes_of
from knockon.models.designs.updated import Updated

GENES = tuple(f"YAL{place:03d}W" for place in range(30))
RANDOM = np.random.default_rng(2)
SCREEN = RANDOM.normal(0, 1, 30)
SHIFT, PAIR = 2.0, 3.0


class Screen:
    """Tells the sum of what the screen measured."""

    def fit(self, measured, features, seed):
        """Knows it."""

    def predict(self, strains: Genotypes) -> Told:
        mean = strains.matrix().astype(np.float64) @ SCREEN
        return Told(mean, np.full(len(mean), 0.5))

    def draw(self, strains, draws, seed):
        return np.tile(self.predict(strains).mean, (draws, 1))

    def save(self, folder):
        (folder / "screen").touch()

    def load(self, folder):
        assert (folder / "screen").is_file()


def truth(sets):
    """The screen's sum, a shift of the new assay, and one pair that does more."""
    values = [sum(SCREEN[GENES.index(gene)] for gene in each) + SHIFT for each in sets]
    return np.array(
        [value + PAIR * ({GENES[0], GENES[1]} <= set(each)) for value, each in zip(values, sets, strict=True)]
    )


def campaign(count, seed=0):
    random = np.random.default_rng(seed)
    sets = [tuple(sorted(random.choice(GENES, random.integers(1, 4), replace=False).tolist())) for _ in range(count)]
    sets += [tuple(sorted((GENES[0], GENES[1], GENES[place]))) for place in range(2, 8)]
    values = truth(sets) + random.normal(0, 0.1, len(sets))
    return Measured(genotypes_of(sets, GENES), values, np.full(len(sets), 0.1))


@pytest.fixture(scope="module")
def moved():
    model = Updated(Screen())
    model.fit(campaign(60), None, 1)
    return model


def test_shift_and_pair_are_learnt_and_new_sets_are_told_better(moved):
    asked = [(GENES[0], GENES[1]), (GENES[0], GENES[1], GENES[20]), (GENES[9], GENES[14]), (GENES[22], GENES[23])]
    strains, values = genotypes_of(asked, GENES), truth(asked)
    off = np.abs(moved.predict(strains).mean - values)
    assert (off < np.abs(Screen().predict(strains).mean - values)).all()
    assert off.max() < 1.5


def test_effects_sum_to_what_is_told(moved):
    effects = moved.effects(GENES[:12])
    sets = [(GENES[3],), (GENES[0], GENES[1]), (GENES[2], GENES[5], GENES[11])]
    assert effects.of(genotypes_of(sets, GENES[:12])) == pytest.approx(moved.predict(genotypes_of(sets, GENES)).mean)


def test_intervals_cover_new_strains(moved):
    strains = campaign(200, seed=5)
    told = moved.predict(strains.strains)
    inside = np.abs(strains.values - told.mean) <= 1.645 * told.deviation
    assert 0.8 < inside.mean() <= 1.0


def test_with_few_strains_intervals_are_no_narrower_than_the_screens():
    few = Updated(Screen())
    few.fit(campaign(60).take(np.arange(5)), None, 1)
    strains = genotypes_of([(GENES[25],), (GENES[3], GENES[4])], GENES)
    assert (few.predict(strains).deviation >= 0.5).all()
    with pytest.raises(KnockonError, match="2 strains of a campaign: a model is moved by 3 at least"):
        few.fit(campaign(60).take(np.arange(2)), None, 1)


def test_save_and_load_give_the_same(moved, tmp_path):
    moved.save(tmp_path)
    again = Updated(Screen())
    again.load(tmp_path)
    strains = campaign(5, seed=9).strains
    assert again.predict(strains).mean.tobytes() == moved.predict(strains).mean.tobytes()
    assert again.draw(strains, 4, 3).tobytes() == moved.draw(strains, 4, 3).tobytes()
