"""The metabolic model as genes, reactions and metabolites."""

import pyarrow as pa

from knockon.graph.adapters.metabolism import metabolism

_REACTIONS = pa.table(
    {
        "gene": ["YB", "YA", "YA"],
        "reaction": ["r1", "r1", "r2"],
        "name": ["first", "first", "second"],
        "subsystems": pa.array([["S"], ["S"], []], pa.list_(pa.string())),
        "ec_numbers": pa.array([["1.1"], ["1.1"], []], pa.list_(pa.string())),
        "rule": ["YA or YB", "YA or YB", "YA"],
    }
)
_METABOLITES = pa.table(
    {
        "gene": ["YA", "YB", "YA", "YX"],
        "metabolite": ["s1", "s1", "s2", "s9"],
        "name": ["water", "water", "salt", "odd"],
        "compartment": ["c", "c", "m", "c"],
        "reaction": ["r1", "r1", "r2", "r9"],
        "coefficient": [-1.0, -1.0, 2.0, 1.0],
    }
)


def test_genes_drive_reactions_that_turn_metabolites() -> None:
    """A reaction of two genes is one node; what no known gene drives is left out with its metabolites."""
    reactions, metabolites, catalyses, converts = metabolism(_REACTIONS, _METABOLITES)
    assert reactions.table["id"].to_pylist() == ["r1", "r2"]
    assert reactions.table["rule"].to_pylist() == ["YA or YB", "YA"]
    assert metabolites.table["id"].to_pylist() == ["s1", "s2"]
    assert [tuple(row.values()) for row in catalyses.table.to_pylist()] == [("YA", "r1"), ("YA", "r2"), ("YB", "r1")]
    assert [tuple(row.values()) for row in converts.table.to_pylist()] == [("r1", "s1", -1.0), ("r2", "s2", 2.0)]
