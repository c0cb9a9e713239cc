from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from knockon.sources.fasta import read_fasta_genome
from knockon.sources.yeast.coding import coding_sequences
from knockon.sources.yeast.sgd_features import read_sgd_features, read_sgd_segments

GENOME = "genome/Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"
STOPS = {"TAA", "TAG", "TGA"}


def _coding(simulated: Path) -> dict[str, str]:
    features = simulated / "genome/SGD_features.tab"
    genome = read_fasta_genome(simulated / GENOME).table
    table = coding_sequences(read_sgd_features(features).table, read_sgd_segments(features).table, genome)
    table = table.table if hasattr(table, "table") else table
    return dict(zip(table["systematic_name"].to_pylist(), table["sequence"].to_pylist(), strict=True))


def test_every_orf_reads_from_start_to_stop_in_frame(simulated: Path):
    sequences = _coding(simulated)
    assert len(sequences) == 300
    for sequence in sequences.values():
        codons = [sequence[i : i + 3] for i in range(0, len(sequence), 3)]
        assert codons[0] == "ATG"
        assert codons[-1] in STOPS
        assert len(codons[-1]) == 3
        assert not STOPS.intersection(codons[:-1])


def test_introns_begin_with_gt_and_end_with_ag(simulated: Path):
    bases = {row["name"]: row["sequence"] for row in read_fasta_genome(simulated / GENOME).table.to_pylist()}
    roman = list(bases)
    introns = 0
    for line in (simulated / "genome/SGD_features.tab").read_text().splitlines():
        fields = line.split("\t")
        if fields[1] == "intron":
            introns += 1
            low, high = sorted((int(fields[9]), int(fields[10])))
            sequence = bases[roman[int(fields[8]) - 1]][low - 1 : high]
            if fields[11] == "C":
                sequence = sequence[::-1].translate(str.maketrans("ACGT", "TGCA"))
            assert sequence.startswith("GT")
            assert sequence.endswith("AG")
    assert introns > 3


def test_codon_usage_tells_the_planted_trait(simulated: Path):
    sequences = _coding(simulated)
    genes = pq.read_table(simulated / "truth/genes.parquet")
    trait = genes["codon_trait"].to_numpy()
    names = sorted({a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"})
    frequency = np.zeros((len(trait), 64))
    for row, gene in enumerate(genes["gene"].to_pylist()):
        codons = [sequences[gene][i : i + 3] for i in range(3, len(sequences[gene]) - 3, 3)]
        frequency[row] = np.bincount([names.index(codon) for codon in codons], minlength=64) / len(codons)
    train = np.arange(len(trait)) % 2 == 0
    weights, *_ = np.linalg.lstsq(
        np.vstack([frequency[train], 0.05 * np.eye(64)]), np.append(trait[train] - 0.5, np.zeros(64)), rcond=None
    )
    assert np.corrcoef(frequency[~train] @ weights, trait[~train])[0, 1] > 0.8
    assert np.corrcoef(trait, genes["importance"].to_numpy())[0, 1] > 0.6
