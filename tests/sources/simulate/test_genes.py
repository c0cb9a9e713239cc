import numpy as np

from knockon.sources.simulate.genes import lay_out_genes
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.world import World


def test_systematic_names_are_those_of_sgd(world: World):
    names = world.genes.systematic
    assert len(set(names.tolist())) == len(names) == world.settings.genes
    for name, chromosome, reverse in zip(names.tolist(), world.genes.chromosome, world.genes.reverse, strict=True):
        assert name[0] == "Y"
        assert ord(name[1]) - ord("A") == chromosome
        assert name[2] in "LR"
        assert name[3:6].isdigit()
        assert name[6] == ("C" if reverse else "W")


def test_numbers_grow_away_from_the_centromere(world: World):
    genes = world.genes
    for arm, sign in (("L", -1), ("R", 1)):
        on_arm = (genes.chromosome == 3) & (np.char.find(genes.systematic, arm) == 2)
        numbers = np.array([int(name[3:6]) for name in genes.systematic[on_arm]])
        assert (np.diff(numbers) == sign).all()
        assert numbers.min() == 1


def test_genes_do_not_overlap_and_lie_on_their_chromosome(world: World):
    genes = world.genes
    same = genes.chromosome[1:] == genes.chromosome[:-1]
    assert (genes.start[1:][same] > genes.end[:-1][same]).all()
    assert (genes.start >= 1).all()
    assert (genes.end <= genes.lengths[genes.chromosome]).all()
    assert set(genes.chromosome.tolist()) == set(range(16))


def test_names_that_readers_must_cope_with_are_there():
    genes = lay_out_genes(SimulationSettings(genes=600))
    aliases = [alias for names in genes.aliases for alias in names]
    assert len(aliases) > len(set(aliases)), "an alias that two genes share"
    assert set(aliases) & set(genes.standard.tolist()), "an alias that is another gene's standard name"
    assert (genes.standard == "").any()
    named = genes.standard[genes.standard != ""].tolist()
    assert len(set(named)) == len(named)
    assert (genes.intron > 0).any()
