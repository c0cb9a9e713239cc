"""What is known about genes besides measurements of strains, as gene × feature matrices: annotations and networks."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

# A term of one gene tells nothing of another; a term of most genes tells nothing of any.
_FEWEST_GENES, _MOST_GENES = 2, 1000
_STRING_SCALE = 1000.0

GENETIC_EVIDENCE = ("IGI", "HGI")
"""GO evidence codes of annotations that were inferred from genetic interactions, which is what models predict."""


# z-scores beyond this say no more than that a strain is far off.
_LARGEST_SCORE = 6.0


def members(genes: tuple[str, ...], rows: pa.Table, group: str, most: int | None = None) -> sp.csr_matrix:
    """Membership of genes in groups, float32 (genes, groups), 1 where a gene is in a group; groups in order of name.

    rows: columns `gene` and `group`; rows of other genes are left out. most: genes of a group at most; groups of one
    gene are left out as well where it is given.
    """
    rows = rows.filter(pc.is_in(rows["gene"], value_set=pa.array(genes, pa.string())))
    names = pc.unique(rows[group]).sort()
    cells = (_number(rows["gene"], genes), pc.index_in(rows[group], value_set=names).to_numpy())
    matrix = _marked(sp.csr_matrix((np.ones(rows.num_rows, np.float32), cells), shape=(len(genes), len(names))))
    if most is None:
        return matrix
    holders = np.bincount(matrix.indices, minlength=len(names))
    return sp.csr_matrix(matrix[:, (holders >= _FEWEST_GENES) & (holders <= most)])


def profile(genes: tuple[str, ...], rows: pa.Table) -> sp.csr_matrix:
    """z-scores of genes' strains, float32 (genes, components); 0 where not measured. rows: gene, component, value."""
    rows = rows.filter(
        pc.and_(pc.is_in(rows["gene"], value_set=pa.array(genes, pa.string())), pc.is_finite(rows["value"]))
    )
    names = pc.unique(rows["component"]).sort()
    values = np.clip(rows["value"].to_numpy(), -_LARGEST_SCORE, _LARGEST_SCORE).astype(np.float32)
    cells = (_number(rows["gene"], genes), pc.index_in(rows["component"], value_set=names).to_numpy())
    return sp.csr_matrix((values, cells), shape=(len(genes), len(names)))


def links(genes: tuple[str, ...], rows: pa.Table, other: str, score: str | None = None) -> sp.csr_matrix:
    """Links between genes, float32 (genes, genes): the rows are those of `gene`, the columns those of `other`.

    score: a column of STRING scores, 0 to 1000, which become 0 to 1; every link is 1 without it.
    """
    known = pa.array(genes, pa.string())
    rows = rows.filter(pc.and_(pc.is_in(rows["gene"], value_set=known), pc.is_in(rows[other], value_set=known)))
    values = np.ones(rows.num_rows) if score is None else rows[score].to_numpy() / _STRING_SCALE
    cells = (_number(rows["gene"], genes), _number(rows[other], genes))
    shape = (len(genes), len(genes))
    matrix = sp.csr_matrix((values.astype(np.float32), cells), shape=shape)
    if score is None:
        matrix.data[:] = 1
    return matrix


def ontology_terms(genes: tuple[str, ...], annotations: pa.Table, ontology: pa.Table) -> sp.csr_matrix:
    """GO terms of genes, those above a term included, float32 (genes, terms of 2 to 1,000 genes).

    annotations: columns gene, term, evidence (list of codes). ontology: child, parent. Annotations that rest on genetic
    interactions alone are left out: they would tell the label.
    """
    annotations = annotations.filter(pa.array(independent(annotations["evidence"])))
    names = pa.concat_arrays(
        [column.combine_chunks() for column in (ontology["child"], ontology["parent"], annotations["term"])]
    )
    terms = pc.unique(names).sort()
    child, parent = (pc.index_in(ontology[side], value_set=terms).to_numpy() for side in ("child", "parent"))
    upwards = sp.csr_matrix((np.ones(len(child), np.float32), (child, parent)), shape=(len(terms), len(terms)))
    known = annotations.filter(pc.is_in(annotations["gene"], value_set=pa.array(genes, pa.string())))
    cells = (_number(known["gene"], genes), pc.index_in(known["term"], value_set=terms).to_numpy())
    found = sp.csr_matrix((np.ones(known.num_rows, np.float32), cells), shape=(len(genes), len(terms)))
    reached = _marked(found)
    while True:
        further = _marked(reached + reached @ upwards)
        if further.nnz == reached.nnz:
            break
        reached = further
    holders = np.bincount(reached.indices, minlength=len(terms))
    return sp.csr_matrix(reached[:, (holders >= _FEWEST_GENES) & (holders <= _MOST_GENES)])


def independent(evidence: pa.ChunkedArray) -> NDArray[np.bool_]:
    """True for annotations with any evidence but genetic interactions, shape (annotations,)."""
    lists = evidence.combine_chunks()
    genetic = pc.is_in(lists.flatten(), value_set=pa.array(GENETIC_EVIDENCE, lists.type.value_type))
    counts = np.zeros((2, len(lists)), dtype=np.int64)
    np.add.at(counts[0], pc.list_parent_indices(lists).to_numpy(), 1)
    np.add.at(counts[1], pc.list_parent_indices(lists).to_numpy(), genetic.to_numpy(zero_copy_only=False))
    return (counts[0] == 0) | (counts[1] < counts[0])


def _number(names: pa.ChunkedArray, genes: tuple[str, ...]) -> NDArray[np.int64]:
    return pc.index_in(names, value_set=pa.array(genes, pa.string())).to_numpy().astype(np.int64)


def _marked(matrix: Any) -> sp.csr_matrix:
    """1 at every cell that is not 0."""
    marked = sp.csr_matrix(matrix)
    marked.sum_duplicates()
    marked.data[:] = 1
    return marked
