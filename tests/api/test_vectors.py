import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch.utils.data import DataLoader

from knockon.api.graphs import StrainGraphs
from knockon.api.vectors import StrainVectors
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.protocol import Examples
from knockon.represent.representation import Representation
from knockon.serving.levels import quantile_of

GENES = ("A", "B", "C")


@pytest.fixture
def examples():
    """AΔ BΔ, CΔ and BΔ CΔ."""
    genotypes = Genotypes(GENES, np.array([0, 2, 3, 5]), np.array([0, 1, 2, 1, 2], dtype=np.int32))
    return Examples(genotypes, np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, 3.0]), np.full(3, np.nan))


@pytest.mark.parametrize("matrix", [np.diag([1, 2, 4]).astype(np.float32), sp.diags_array([1.0, 2, 4]).tocsr()])
def test_a_strain_is_the_sum_of_its_genes_with_label_and_weight(examples, matrix):
    data = StrainVectors(examples, Representation("toy", GENES, sp.csr_matrix(matrix)), "pert_sum")
    vectors, labels, weights = next(iter(DataLoader(data, batch_size=3)))
    assert vectors.dtype == torch.float32
    assert vectors.tolist() == [[1, 2, 0], [0, 0, 4], [0, 2, 4]]
    assert labels.tolist() == [0.5, -1.0, 2.0]
    assert weights.tolist() == [1.0, 2.0, 3.0]
    assert torch.equal(data[-1][0], data[2][0])
    with pytest.raises(IndexError, match="row 3 of 3"):
        data[3]


def test_an_unknown_aggregation_is_told_at_once(examples):
    with pytest.raises(KnockonError, match="aggregation 'sum' is unknown"):
        StrainVectors(examples, Representation("toy", GENES, np.eye(3, dtype=np.float32)), "sum")


def test_graphs_share_their_edges_and_mark_the_perturbed_genes(examples):
    links = sp.csr_matrix(np.array([[0, 0.5, 0], [0, 0, 0], [0, 0, 0]], dtype=np.float32))
    graphs = StrainGraphs(examples, links)
    assert len(graphs) == 3
    assert [graph.x[:, 0].tolist() for graph in graphs] == [[1, 1, 0], [0, 0, 1], [0, 1, 1]]
    assert graphs[0].edge_index.tolist() == [[1], [0]], "B regulates A"
    assert graphs[0].edge_attr.tolist() == [[0.5]]
    assert graphs[0].edge_index.data_ptr() == graphs[2].edge_index.data_ptr()
    assert graphs[2].y.tolist() == [2.0]


def test_a_level_without_interval_is_refused():
    assert quantile_of({"0.9": 1.6}, 0.9) == 1.6
    with pytest.raises(KnockonError, match=r"the level is 0.85; the model has intervals of 0\.9"):
        quantile_of({"0.9": 1.6}, 0.85)
