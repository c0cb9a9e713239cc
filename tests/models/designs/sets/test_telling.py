import numpy as np

from knockon.models.designs.protocol import Measured
from knockon.models.designs.sets.strains import Strains, genotypes_of
from knockon.models.designs.sets.telling import TOLD_SCHEMA, in_play, past_of, tell


def strains_from(world):
    cycles = np.where(world.measured.strains.counts == 1, 0, world.cycles + 1)
    return Strains(world.measured, cycles, np.full(150, 3), 0.05)


def test_a_screened_gene_that_nobody_goes_on_with_is_not_in_play():
    sets = [(), ("a",), ("b",), ("c",), ("a", "b"), ("a",)]
    measured = Measured(genotypes_of(sets), np.arange(6.0), np.ones(6))
    strains = Strains(measured, np.array([0, 0, 0, 0, 3, 4]), np.ones(6, dtype=np.int64), 0.1)
    assert np.flatnonzero(in_play(strains, 4)).tolist() == [0, 1, 2, 4]
    assert past_of(strains, 4, "cycles").tolist() == [4]
    assert past_of(strains, 4, "all").tolist() == [0, 1, 2, 3, 4]


def test_a_cycle_is_told_without_itself_or_later_ones(world):
    strains = strains_from(world)
    told = tell(strains, world.features, [("sets", "play"), ("mean", "all")], [2, 3], 0.9, 1)
    assert told.schema.equals(TOLD_SCHEMA)
    values = strains.measured.values + np.where(strains.cycles >= 3, 50.0, 0.0)
    changed = Strains(
        Measured(strains.measured.strains, values, strains.measured.errors), strains.cycles, strains.replicates, 0.05
    )
    again = tell(changed, world.features, [("sets", "play"), ("mean", "all")], [2], 0.9, 1)
    second = np.array(told["cycle"]) == 2
    assert (told["mean"].to_numpy()[second] == again["mean"].to_numpy()).all()
    width = told["high"].to_numpy() - told["low"].to_numpy()
    np.testing.assert_allclose(width, 2 * 1.6448536 * told["deviation"].to_numpy())
