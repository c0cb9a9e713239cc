"""What is known of genes as matrices: terms above a term, links, groups, profiles; nothing that tells the label."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.represent.gene_features import independent, links, members, ontology_terms, profile

GENES = ("YA", "YB", "YC", "YD")


def annotations(*rows):
    columns = dict(zip(("gene", "term", "evidence"), zip(*rows, strict=True), strict=True))
    return pa.table({name: list(values) for name, values in columns.items()})


ONTOLOGY = pa.table({"child": ["t1", "t2", "t3"], "parent": ["t3", "t3", "t4"]})


def test_genes_have_the_terms_above_theirs():
    table = annotations(("YA", "t1", ["IDA"]), ("YB", "t2", ["IDA"]), ("YC", "t4", ["IDA"]))
    matrix = ontology_terms(GENES, table, ONTOLOGY).toarray()
    # t3 (YA, YB) and t4 (YA, YB, YC); t1 and t2 have one gene each.
    assert matrix.T.tolist() == [[1, 1, 0, 0], [1, 1, 1, 0]]


def test_annotations_from_genetic_interactions_alone_are_left_out():
    table = annotations(
        ("YA", "t1", ["IGI"]), ("YB", "t1", ["IGI", "IDA"]), ("YC", "t1", ["IDA"]), ("YD", "t1", ["HGI"])
    )
    assert independent(table["evidence"]).tolist() == [False, True, True, False]
    matrix = ontology_terms(GENES, table, ONTOLOGY).toarray()
    assert matrix.any(axis=1).tolist() == [False, True, True, False]


def test_links_have_a_direction_and_a_score():
    rows = pa.table({"gene": ["YA", "YB", "YX"], "other": ["YB", "YC", "YA"], "score": [900, 150, 1000]})
    matrix = links(GENES, rows, "other", "score").toarray()
    assert matrix[0, 1] == pytest.approx(0.9)
    assert matrix[1, 2] == pytest.approx(0.15)
    assert np.count_nonzero(matrix) == 2


def test_groups_that_tell_nothing_are_left_out_where_asked():
    rows = pa.table({"gene": ["YA", "YA", "YB", "YC", "YA"], "group": ["all", "pair", "pair", "all", "alone"]})
    rows = pa.concat_tables([rows, pa.table({"gene": ["YB", "YD", "YB"], "group": ["all", "all", "all"]})])
    assert members(GENES, rows, "group").shape == (4, 3)
    assert members(GENES, rows, "group", most=3).toarray().T.tolist() == [[1, 1, 0, 0]]


def test_profiles_are_clipped_and_nan_is_not_measured():
    rows = pa.table(
        {"gene": ["YA", "YB", "YC"], "component": ["ala", "ala", "gly"], "value": [99.0, float("nan"), -1.0]}
    )
    assert profile(GENES, rows).toarray().tolist() == [[6, 0], [0, 0], [0, -1], [0, 0]]


def test_no_rows_give_no_features():
    empty = pa.table(
        {"gene": pa.array([], pa.string()), "component": pa.array([], pa.string()), "value": pa.array([], pa.float64())}
    )
    assert profile(GENES, empty).shape == (4, 0)
