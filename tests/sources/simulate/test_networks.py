from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from knockon.sources.simulate.world import World
from knockon.sources.yeast.complexes import read_cyc2008
from knockon.sources.yeast.pathways import read_sgd_pathways
from knockon.sources.yeast.string_physical import read_string_physical
from knockon.sources.yeast.yeastract import read_yeastract

STRING = "networks/4932.protein.physical.links.full.v12.0.txt.gz"


def _partners(world: World) -> set[tuple[str, str]]:
    """Pairs of genes of one serial module, in the order of their names."""
    names, planted = world.genes.systematic, world.planted
    found = set()
    for module in np.flatnonzero(planted.module_serial):
        members = names[planted.member_gene[planted.member_module == module]].tolist()
        found |= {(one, other) for one in members for other in members if one < other}
    return found


def test_members_of_a_complex_are_linked_with_high_scores(simulated: Path, world: World):
    links = read_string_physical(simulated / STRING).table
    names = (links["protein_a"].to_pylist(), links["protein_b"].to_pylist())
    score = dict(zip(zip(*names, strict=True), links["combined_score"].to_pylist(), strict=True))
    partners = _partners(world)
    linked = [score[pair] for pair in partners if pair in score]
    others = [value for pair, value in score.items() if pair not in partners]
    assert len(linked) / len(partners) > 0.8
    assert np.median(linked) > 800
    assert np.median(others) < 400
    assert len(others) > len(linked), "noise"


def test_regulation_is_the_planted_one(simulated: Path):
    read = read_yeastract(simulated / "networks/YEASTRACT_20190713_BOTH.tsv").table
    truth = pq.read_table(simulated / "truth/regulation.parquet")
    assert sorted(zip(read["regulator"].to_pylist(), read["target"].to_pylist(), strict=True)) == sorted(
        zip(truth["regulator"].to_pylist(), truth["target"].to_pylist(), strict=True)
    )


def test_pathways_and_complexes_part_the_modules(simulated: Path, world: World):
    planted = world.planted
    sizes = np.bincount(planted.member_module, minlength=planted.modules)
    complexes = read_cyc2008(simulated / "networks/CYC2008_complex.tab").table
    pathways = read_sgd_pathways(simulated / "networks/biochemical_pathways.tab").table
    assert len(complexes) == sizes[planted.module_serial & (sizes > 1)].sum()
    assert len(pathways) == sizes[~planted.module_serial & (sizes > 1)].sum()
