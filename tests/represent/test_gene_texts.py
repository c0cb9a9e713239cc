"""What a gene is to a language model, and that a gene that has none is missing, never an empty text."""

import numpy as np
import pyarrow as pa

from knockon.represent.gene_texts import gene_texts, mitochondrial

RANDOM = np.random.default_rng(0)
CHROMOSOME = "".join(RANDOM.choice(list("ACGT"), 9000))
GENOME = pa.table({"name": ["I"], "sequence": pa.array([CHROMOSOME], pa.large_string())})
GENES = pa.table(
    {
        "chromosome": ["I", "Mito", "I", "I"],
        "start": [3001, 1, 4001, 4101],
        "stop": [3012, 9, 4006, 4103],
        "strand": [1, 1, -1, 1],
        "coding_sequence": pa.array(["ATGTGGCTATAA", "ATGCTATGA", None, "TAA"]),
    }
)


def test_proteins_and_codons():
    assert mitochondrial(GENES).tolist() == [False, True, False, False]
    assert gene_texts("protein", GENES).to_pylist() == ["MWL", "MTW", None, None]
    assert gene_texts("codon", GENES).to_pylist() == ["ATGTGGCTA", "ATGCTATGA", None, None]


def test_windows_need_no_coding_sequence_but_the_chromosome():
    found = gene_texts("three_prime", GENES, GENOME)
    assert found.is_valid().to_pylist() == [True, False, True, True]
    assert found[0].as_py() == CHROMOSOME[3009:3309]
