"""Names resolve by rank, never by guess."""

import pyarrow as pa
import pytest

from knockon.sources.yeast.names import AMBIGUOUS_NAME, UNKNOWN_NAME, GeneNames
from knockon.sources.yeast.sgd_features import GENE_SCHEMA, read_sgd_features


@pytest.fixture(scope="module")
def names():
    rows = [("YAL001C", "TFC3", ["FUN24", "TSV115", "ABC1"]), ("YGL119W", "ABC1", ["FUN24"]), ("YBR001C", None, [])]
    table = [
        dict.fromkeys(GENE_SCHEMA.names, "")
        | {"systematic_name": name, "standard_name": standard, "aliases": aliases, "sgd_id": f"S{place:09}"}
        | {"start": 1, "end": 2, "strand": 1}
        for place, (name, standard, aliases) in enumerate(rows)
    ]
    return GeneNames(pa.Table.from_pylist(table, schema=GENE_SCHEMA))


@pytest.mark.parametrize(
    ("name", "systematic", "reason"),
    [
        ("YAL001C", "YAL001C", None),
        ("tfc3", "YAL001C", None),
        (" Tsv115 ", "YAL001C", None),
        ("S000000002", "YBR001C", None),
        ("ABC1", "YGL119W", None),  # a standard name beats an alias of another gene
        ("FUN24", None, AMBIGUOUS_NAME),
        ("YZZ999W", None, UNKNOWN_NAME),
        ("", None, UNKNOWN_NAME),
        (None, None, UNKNOWN_NAME),
    ],
)
def test_resolve(names, name, systematic, reason):
    found, reasons = names.resolve(pa.array([name], pa.string()))
    assert (found.to_pylist(), reasons.to_pylist()) == ([systematic], [reason])


def test_dictionaries_chunks_and_empty_columns_resolve_alike(names):
    plain = pa.array(["TFC3", "FUN24", None])
    expected = [column.to_pylist() for column in names.resolve(plain)]
    for column in (plain.dictionary_encode(), pa.chunked_array([plain.slice(0, 1), plain.slice(1)])):
        assert [found.to_pylist() for found in names.resolve(column)] == expected
    assert [len(column) for column in names.resolve(pa.array([], pa.string()))] == [0, 0]


@pytest.mark.public
def test_published_names(public_files):
    names = GeneNames(read_sgd_features(public_files / "yeast/genome/SGD_features.tab").table)
    found, _ = names.resolve(pa.array(["ACT1", "YOR240W", "15S_RRNA", "CUP1"]))
    assert found.to_pylist() == ["YFL039C", "YOR239W", "Q0020", None]  # CUP1 is CUP1-1 or CUP1-2
