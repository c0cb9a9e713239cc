"""Profiles as a matrix: every value in its cell, wild types and unknown genes left out, missing cells missing."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.profile_matrix import profile_matrix
from knockon.graph.profiles import PROFILE_STRAIN_SCHEMA, PROFILE_VALUE_SCHEMA

GENES = ("YA", "YB", "YC")


def strain(name, phenotype, *genes, dataset="lab"):
    common = {"id": name, "dataset": dataset, "publication": "p", "phenotype": phenotype, "strain": name}
    shared = {"media": "SC", "temperature": 30.0, "measured": 1, "kind": "deletion", "allele": ""}
    return [{**common, **shared, "gene": gene} for gene in genes or (None,)]


def value(name, component, number, unit="z"):
    return {"id": name, "component": component, "value": number, "unit": unit}


@pytest.fixture
def tables():
    rows = [
        *strain("02", "metabolome", "YB"),
        *strain("01", "metabolome", "YC", "YA"),
        *strain("03", "metabolome"),
        *strain("04", "metabolome", "YA", "YUNKNOWN"),
        *strain("05", "growth", "YA"),
    ]
    values = [
        value("01", "lysine", 1.0), value("02", "lysine", 2.0), value("02", "alanine", 3.0),
        value("03", "alanine", 9.0), value("04", "alanine", 9.0), value("05", "doubling", 9.0),
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, PROFILE_STRAIN_SCHEMA), pa.Table.from_pylist(values, PROFILE_VALUE_SCHEMA)


def test_every_value_is_in_its_cell(tables):
    found = profile_matrix(*tables, "metabolome", GENES)
    assert (found.ids, found.components, found.units) == (("01", "02"), ("alanine", "lysine"), {"lab": "z"})
    assert np.array_equal(found.values, [[np.nan, 1.0], [3.0, 2.0]], equal_nan=True)


def test_genes_are_sorted_within_a_strain(tables):
    genotypes = profile_matrix(*tables, "metabolome", GENES).genotypes
    assert genotypes.indices.tolist() == [0, 2, 1]
    assert genotypes.indptr.tolist() == [0, 2, 3]


def test_chosen_strains_keep_their_values(tables):
    found = profile_matrix(*tables, "metabolome", GENES).take(np.array([False, True]))
    assert found.ids == ("02",)
    assert found.values.tolist() == [[3.0, 2.0]]


def test_a_phenotype_that_nobody_measured_has_no_strains(tables):
    found = profile_matrix(*tables, "morphology", GENES)
    assert (len(found), found.values.shape, len(found.genotypes)) == (0, (0, 0), 0)
