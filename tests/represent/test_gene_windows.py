"""Windows of a genome whose answers are read off by hand, of a simulated one, and of known public genes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.errors import KnockonError
from knockon.represent.gene_windows import FIVE_PRIME, THREE_PRIME, WINDOW, gene_windows
from knockon.sources.fasta import read_fasta_genome, read_upstream
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast
from knockon.sources.yeast.coding import coding_sequences
from knockon.sources.yeast.sgd_features import read_sgd_features, read_sgd_segments

GENOME = "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"
RANDOM = np.random.default_rng(3)
CHROMOSOMES = {name: "".join(RANDOM.choice(list("ACGT"), length)) for name, length in (("I", 20_000), ("II", 400))}
FASTA = pa.table({"name": list(CHROMOSOMES), "sequence": pa.array(CHROMOSOMES.values(), pa.large_string())})


def reverse_complement(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def table(*rows):
    names = ("chromosome", "start", "stop", "strand")
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


def window(kind, *gene):
    return gene_windows(kind, table(gene), FASTA)[0].as_py()


def test_both_strands_in_the_middle_of_a_chromosome():
    bases = CHROMOSOMES["I"]
    assert window("five_prime", "I", 5001, 5600, 1) == bases[4000:5003]
    assert window("three_prime", "I", 5001, 5600, 1) == bases[5597:5897]
    assert window("five_prime", "I", 5001, 5600, -1) == reverse_complement(bases[5597:6600])
    assert window("three_prime", "I", 5001, 5600, -1) == reverse_complement(bases[4703:5003])
    around = window("gene", "I", 5001, 5600, 1)
    assert len(around) == WINDOW
    assert abs(around.index(bases[5000:5600]) - (WINDOW - 600) // 2) <= 1, "the gene lies in the middle"
    assert window("gene", "I", 5001, 5600, -1) == reverse_complement(around)


def test_at_the_ends_of_a_chromosome():
    bases = CHROMOSOMES["I"]
    assert window("five_prime", "I", 11, 610, 1) == bases[:13]
    assert window("three_prime", "I", 11, 610, -1) == reverse_complement(bases[:13])
    assert window("three_prime", "I", 19_001, 19_990, 1) == bases[19_987:]
    assert window("five_prime", "I", 19_001, 19_990, -1) == reverse_complement(bases[19_987:])
    assert window("gene", "I", 11, 610, 1) == bases[:WINDOW], "it moves inwards"
    assert window("gene", "I", 19_001, 20_000, -1) == reverse_complement(bases[-WINDOW:])
    assert window("gene", "II", 11, 310, 1) == CHROMOSOMES["II"], "a chromosome that is shorter than a window"


def test_a_gene_longer_than_the_window_is_taken_whole():
    assert window("gene", "I", 2001, 11_000, 1) == CHROMOSOMES["I"][2000:11_000]


def test_a_gene_that_is_not_in_the_genome_has_no_window():
    found = gene_windows("gene", table(("III", 1, 30, 1), ("II", 300, 500, 1), ("II", 1, 9, -1)), FASTA)
    assert found.is_valid().to_pylist() == [False, False, True]


def test_what_makes_no_sense_is_said():
    with pytest.raises(KnockonError, match="choose gene, five_prime or three_prime"):
        window("upstream", "I", 5001, 5600, 1)
    with pytest.raises(KnockonError, match="1 genes end before they start"):
        window("gene", "I", 5600, 5001, -1)


def cut_from(folder):
    """Genes, windows by kind and gene, and coding sequences by gene, of a folder with SGD's files."""
    genes = read_sgd_features(folder / "SGD_features.tab").table
    genome = read_fasta_genome(folder / GENOME).table
    coding = coding_sequences(genes, read_sgd_segments(folder / "SGD_features.tab").table, genome)
    names = genes["systematic_name"].to_pylist()
    table = genes.select(["chromosome", "start", "end", "strand"]).rename_columns(
        ["chromosome", "start", "stop", "strand"]
    )
    windows = {
        kind: dict(zip(names, gene_windows(kind, table, genome).to_pylist(), strict=True))
        for kind in ("gene", "five_prime", "three_prime")
    }
    coding = coding.filter(pc.and_(coding["in_frame"], pc.is_valid(coding["sequence"])))
    return windows, coding


def check_against_coding(windows, coding, names):
    """Start and stop codons stand where they must, and exons in a window that keeps the introns between them."""
    sequences = dict(zip(coding["systematic_name"].to_pylist(), coding["sequence"].to_pylist(), strict=True))
    for name in names:
        coding_sequence = sequences[name]
        around = windows["gene"][name]
        assert windows["five_prime"][name].endswith(coding_sequence[:3])
        assert windows["three_prime"][name].startswith(coding_sequence[-3:])
        assert coding_sequence[:10] in around
        assert coding_sequence[-10:] in around


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("windows")
    simulate_yeast(folder, SimulationSettings(genes=200, pairs=500, seed=1))
    return folder


def test_simulated_genes_spliced_or_not_on_both_strands(simulated):
    windows, coding = cut_from(simulated / "genome")
    names = coding["systematic_name"].to_pylist()
    check_against_coding(windows, coding, names)
    whole = dict(zip(names, coding["sequence"].to_pylist(), strict=True))
    spliced = coding.filter(pc.greater(coding["segments"], 1))["systematic_name"].to_pylist()
    assert len(spliced) > 3
    assert {name[6] for name in spliced} == {"W", "C"}
    assert not any(whole[name] in windows["gene"][name] for name in spliced), "the intron is in the window"
    assert all(whole[name] in windows["gene"][name] for name in set(names) - set(spliced))


@pytest.mark.public
def test_known_public_genes(public_files):
    folder = public_files / "yeast" / "genome"
    windows, coding = cut_from(folder)
    # ACT1 (Crick, intron), RPL28 (Watson, intron), TFC3 (Crick, intron), PGK1 (Watson), and the first and the last.
    known = ("YFL039C", "YGL103W", "YAL001C", "YCR012W", "YAL069W", "YPR204W")
    check_against_coding(windows, coding, known)
    sequences = dict(zip(coding["systematic_name"].to_pylist(), coding["sequence"].to_pylist(), strict=True))
    # ACT1: an intron of 309 bases that begins GTATGT and ends in AG lies 10 bases behind its ATG.
    act1 = windows["gene"]["YFL039C"]
    begin = act1.index(sequences["YFL039C"][:10] + "GTATGT") + 10
    assert act1[begin + 307 : begin + 309] == "AG"
    assert act1[begin + 309 :].startswith(sequences["YFL039C"][10:200])
    assert sequences["YCR012W"] in windows["gene"]["YCR012W"]
    assert len(windows["five_prime"]["YFL039C"]) == FIVE_PRIME
    assert len(windows["three_prime"]["YFL039C"]) == THREE_PRIME
    assert len(windows["five_prime"]["YAL069W"]) == 337, "it starts at base 335 of chromosome I"
    # The published bases before genes, cut by others.
    upstream = read_upstream(folder / "saccharomyces_cerevisiae.upstream.fa").table
    pairs = zip(upstream["name"].to_pylist(), upstream["sequence"].to_pylist(), strict=True)
    agree = [
        windows["five_prime"][name][:-3].endswith(bases[-1000:]) for name, bases in pairs if name in windows["gene"]
    ]
    assert len(agree) > 5000
    assert np.mean(agree) > 0.99
