import numpy as np
import pyarrow as pa
import pytest

from knockon.models.designs.sets.strains import genotypes_of, loci_features, strains_of


def test_replicates_become_one_strain_a_set_and_cycle():
    random = np.random.default_rng(1)
    genes, cycles, values = [], [], []
    for cycle in (3, 4):
        for row in range(30):
            genes += [[], ["PP_0001"], ["PP_0001", f"PP_{row:04d}0"]]
            cycles += [cycle] * 3
            values += list(200 * (1 + 0.05 * random.normal(size=3)))
    genes, cycles, values = genes * 3, cycles * 3, list(values) + list(200 * (1 + 0.05 * random.normal(size=360)))
    found = strains_of(pa.table({"genes": genes, "cycle": cycles, "value": values}))
    assert len(found.cycles) == 2 * 32
    assert found.measured.strains.counts[found.cycles == 3].tolist() == [0, 1, *[2] * 30]
    control = (found.cycles == 3) & (found.measured.strains.counts == 0)
    assert found.replicates[control].tolist() == [90]
    assert found.coefficient == pytest.approx(0.05, rel=0.15)
    np.testing.assert_allclose(
        found.measured.errors, found.coefficient * found.measured.values / np.sqrt(found.replicates)
    )


def test_one_replicate_each_tells_no_error():
    found = strains_of(pa.table({"genes": [["a"], ["b"]], "cycle": [1, 1], "value": [1.0, 2.0]}))
    assert found.coefficient == 0
    assert not found.measured.errors.any()


def test_sets_become_strains_over_sorted_genes():
    found = genotypes_of([("b", "a"), (), ("c",)])
    assert found.genes == ("a", "b", "c")
    assert found.indices.tolist() == [0, 1, 2]
    assert found.counts.tolist() == [2, 0, 1]


def test_neighbours_have_numbers_that_follow():
    found = loci_features(("PP_0812", "PP_0815", "lacZ"))
    assert found.values[:2, 0].tolist() == [812, 815]
    assert np.isnan(found.values[2, 0])
