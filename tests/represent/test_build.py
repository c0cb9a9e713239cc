import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.represent.build import REPRESENTATIONS, build_representation

GENES = pa.table(
    {
        "id": ["YBR001W", "YAL001C", "YAL002W"],
        "chromosome": ["II", "I", "I"],
        "start": [10, 300, 600],
        "coding_sequence": ["ATGTAA", "ATGCCCTAA", None],
    }
)
PATHWAYS = pa.table({"gene": ["YAL001C"], "pathway": ["glycolysis"]})


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_every_representation_has_the_sorted_genes_as_float32_rows(name):
    representation = build_representation(name, GENES, PATHWAYS, seed=1)
    assert representation.name == name
    assert representation.names == ("YAL001C", "YAL002W", "YBR001W")
    assert representation.matrix.shape[0] == 3
    assert representation.matrix.dtype == np.float32


def test_rows_follow_the_genes_when_the_table_is_not_sorted():
    representation = build_representation("chromosome_pathway", GENES, PATHWAYS, seed=1)
    np.testing.assert_allclose(representation.matrix.toarray(), [[1, 0, 0.5, 1], [1, 0, 1, 0], [0, 1, 1, 0]])


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(KnockonError, match="codon_frequency"):
        build_representation("codons", GENES, PATHWAYS, seed=1)


def test_a_missing_column_is_named():
    with pytest.raises(KnockonError, match="coding_sequence"):
        build_representation("codon_frequency", GENES.drop_columns("coding_sequence"), PATHWAYS, seed=1)


def test_a_repeated_gene_is_refused():
    """Two rows of one gene would give two vectors, and a strain would take either."""
    with pytest.raises(KnockonError, match="repeats 3 genes"):
        build_representation("one_hot", pa.concat_tables([GENES, GENES]), PATHWAYS, seed=1)


def test_an_empty_table_of_genes_is_refused():
    with pytest.raises(KnockonError, match="empty"):
        build_representation("one_hot", GENES.slice(0, 0), PATHWAYS, seed=1)
