"""Where genes lie, and what a table of genes must have."""

import pyarrow.parquet as pq
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.serving.design.genome import read_genome
from tests.serving.design.planted import ESSENTIAL, GENES, genome, genome_table


def test_distance_is_between_starts_on_one_chromosome():
    known = genome()
    assert known.distance(GENES[0], GENES[3]) == 30.0
    assert known.distance(GENES[3], GENES[0]) == 30.0
    assert known.distance(GENES[0], GENES[20]) is None
    assert known.distance(GENES[0], "YXX000W") is None
    assert known.closest((GENES[0], GENES[3], GENES[4])) == (GENES[3], GENES[4], 10.0)
    assert known.closest((GENES[0], GENES[20])) is None


def test_places_are_what_distances_are_made_of():
    known = genome()
    chromosomes, starts = known.places(GENES)
    for one, two in ((0, 3), (0, 20), (21, 39)):
        same = chromosomes[one] == chromosomes[two]
        expected = abs(starts[one] - starts[two]) if same else None
        assert known.distance(GENES[one], GENES[two]) == expected
    assert known.places(("YXX000W",))[0].tolist() == [-1]


def test_names_and_essential_genes(tmp_path):
    pq.write_table(genome_table(), tmp_path / "genes.parquet")
    known = read_genome(tmp_path / "genes.parquet")
    assert known.essential == {ESSENTIAL}
    assert known.names((GENES[2], GENES[3])) == "TYR1Δ ARO4Δ"
    assert known.names(()) == "wild type"
    assert str(known.loci[GENES[0]]) == "chrI:1,000–2,000"


def test_a_missing_and_a_damaged_table_are_told(tmp_path):
    with pytest.raises(KnockonError, match=r"genes.parquet: there is no table of genes; run `dvc repro yeast_query`"):
        read_genome(tmp_path / "genes.parquet")
    (tmp_path / "genes.parquet").write_text("no")
    with pytest.raises(FormatError, match="is damaged"):
        read_genome(tmp_path / "genes.parquet")
