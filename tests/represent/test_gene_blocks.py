"""Blocks of features of genes from measurements of their strains."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.dataset.profile_matrix import ProfileMatrix
from knockon.represent.gene_blocks import directions_of, genome_place, interactions, mean_by_gene, transcripts

GENES = ("A", "B", "C")


def test_means_of_what_was_measured():
    rows = pa.table({"gene": ["B", "B", "A", "X", "A"], "column": ["t30", "t30", "t26", "t26", "t30"],
                     "value": [1.0, 3.0, 5.0, 9.0, float("nan")]})  # fmt: skip
    names, values = mean_by_gene(GENES, rows, "column")
    assert names == ("t26", "t30")
    assert np.array_equal(values, [[5, np.nan], [np.nan, 2], [np.nan, np.nan]], equal_nan=True)


def test_interactions_are_symmetric_means():
    found = interactions(GENES, np.array([[0, 2], [2, 0], [1, 2]]), np.array([1.0, 3.0, -1.0])).toarray()
    assert found.tolist() == [[0, 0, 2], [0, 0, -1], [2, -1, 0]]


def test_places_of_chromosomes_are_far_apart():
    place = genome_place(
        pa.chunked_array([["I", "I", "II", None]]),
        *(pa.chunked_array([each]) for each in ([1, 5001, 1, 1], [1001, 6001, 1001, 2])),
    )
    assert place[1, 0] - place[0, 0] == pytest.approx(5)
    assert place[2, 0] - place[1, 0] > 1000
    assert np.isnan(place[3, 0])


def test_transcripts_tell_of_their_own_gene():
    random = np.random.default_rng(0)
    genes = tuple(f"G{place}" for place in range(40))
    answers = np.outer(random.normal(size=8), np.repeat([1.0, -1.0], 20)) + 0.1 * random.normal(size=(8, 40))
    strains = Genotypes(genes, np.arange(9, dtype=np.int64), np.arange(8, dtype=np.int32))
    names = tuple(f"id{place}" for place in range(8))
    profiles = ProfileMatrix(
        names, np.array(["one"] * 8, dtype=object), strains, genes[:30], answers[:, :30], {"one": "z"}
    )
    found = transcripts(genes, profiles, 3)
    assert found.shape == (40, 3)
    assert np.isnan(found[30:]).all()
    assert found[:20, 0].mean() * found[20:30, 0].mean() < 0


def test_directions_are_of_genes_that_are_known():
    matrix = interactions(("A", "B", "C", "D", "E"), np.array([[0, 1], [1, 2], [0, 2]]), np.array([1.0, 2.0, 3.0]))
    found = directions_of(matrix, 2)
    assert np.isfinite(found[:3]).all()
    assert np.isnan(found[3:]).all()
