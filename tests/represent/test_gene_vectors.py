import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from knockon.represent.gene_vectors import (
    CODONS,
    chromosome_pathway,
    codon_counts,
    codon_frequency,
    one_hot,
    random_vectors,
)


def test_codons_are_counted_as_a_plain_loop_counts_them():
    rng = np.random.default_rng(0)
    sequences = ["".join(rng.choice(list("ACGTN"), size=length)) for length in rng.integers(0, 90, size=40)]
    expected = np.zeros((len(sequences), 64), dtype=int)
    for row, sequence in enumerate(sequences):
        for start in range(0, len(sequence) - 2, 3):
            if sequence[start : start + 3] in CODONS:
                expected[row, CODONS.index(sequence[start : start + 3])] += 1
    assert np.array_equal(codon_counts(pa.array(sequences)), expected)


def test_codons_are_counted_in_a_sliced_and_chunked_column():
    """Arrow columns that come from a query have offsets and chunks; reading the raw buffer must respect both."""
    whole = pa.array(["TTTTTT", "ATGAAA", None, "ATGCCCTAA", "", "GGG"])
    chunked = pa.chunked_array([whole[1:3], whole[3:]])
    assert np.array_equal(codon_counts(chunked), codon_counts(whole)[1:])


def test_lower_case_and_rna_letters_are_the_same_codons():
    assert np.array_equal(codon_counts(pa.array(["auguuu"])), codon_counts(pa.array(["ATGTTT"])))


def test_codon_frequencies_sum_to_one_and_genes_without_a_sequence_get_the_mean():
    representation = codon_frequency(("A", "B", "C"), pa.array(["ATGATG", "ATGTAA", None]))
    assert representation.matrix.dtype == np.float32
    np.testing.assert_allclose(representation.matrix.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(representation.matrix[2], representation.matrix[:2].mean(axis=0), rtol=1e-6)
    assert representation.provenance["imputed"] == "1"


def test_no_sequence_at_all_still_gives_frequencies():
    np.testing.assert_allclose(codon_frequency(("A",), pa.array([None], type=pa.string())).matrix, 1 / 64)


def test_one_hot_is_sparse_and_each_gene_is_its_own_dimension():
    matrix = one_hot(("A", "B", "C")).matrix
    assert sp.issparse(matrix)
    assert matrix.nnz == 3
    assert np.array_equal(matrix.toarray(), np.eye(3))


def test_chromosome_pathway_puts_each_fact_in_its_column():
    genes = ("G1", "G2", "G3", "G4")
    pathways = pa.table({"gene": ["G2", "G1", "G2", "G2", "other"], "pathway": ["p2", "p1", "p1", "p2", "p3"]})
    representation = chromosome_pathway(
        genes, pa.array(["X", "II", "X", None]), pa.array([100, 30, 50, None], type=pa.int64()), pathways
    )
    # Columns: II, X, position, p1, p2; a repeated membership counts once, a gene that is not ours adds no pathway.
    expected = [[0, 1, 1.0, 1, 0], [1, 0, 1.0, 1, 1], [0, 1, 0.5, 0, 0], [0, 0, 0, 0, 0]]
    np.testing.assert_allclose(representation.matrix.toarray(), expected)
    assert representation.provenance["chromosomes"] == "II X"


def test_chromosome_pathway_without_any_known_chromosome_or_pathway():
    pathways = pa.table({"gene": pa.array([], pa.string()), "pathway": pa.array([], pa.string())})
    none = pa.array([None, None], type=pa.string())
    assert chromosome_pathway(("A", "B"), none, pa.array([None, None], pa.int64()), pathways).matrix.shape == (2, 1)


def test_random_vectors_of_a_gene_do_not_depend_on_the_other_genes():
    alone = random_vectors(("B",), 100, seed=1).matrix
    together = random_vectors(("A", "B", "C"), 100, seed=1).matrix
    assert np.array_equal(alone[0], together[1])


def test_random_vectors_are_standard_normal_distinct_and_seeded():
    genes = tuple(f"Y{number:04d}" for number in range(500))
    matrix = random_vectors(genes, 100, seed=1).matrix
    assert abs(matrix.mean()) < 0.02
    assert abs(matrix.std() - 1) < 0.02
    correlation = np.corrcoef(matrix)
    assert np.abs(correlation - np.eye(len(genes))).max() < 0.6
    assert not np.array_equal(matrix, random_vectors(genes, 100, seed=2).matrix)


def test_random_vectors_are_the_same_on_every_machine():
    """Committed figures depend on these numbers: they must not change with numpy or the processor."""
    np.testing.assert_allclose(random_vectors(("YAL001C",), 3, seed=1).matrix[0], EXPECTED_RANDOM, rtol=1e-6)


EXPECTED_RANDOM = [0.3424381, 0.9343199, -0.5057945]
