"""The lab's strains and those that the scoring leaves out."""

import pyarrow as pa

from knockon.graph.adapters.strains import strain_tables


def test_a_strain_of_both_lists_carries_what_the_list_of_alleles_says() -> None:
    """The list of excluded strains knows no alleles: its guess must not stand beside the lab's word."""
    strains = pa.table(
        {
            "strain": ["A_tsa1", "B_dma2", "A_tsa1", "C_y3"],
            "gene": ["YA", "YB", "YA", "YC"],
            "kind": ["ts", "deletion", "ts", "allele"],
            "allele": ["a-1", "", "ts1", "y3"],
            "excluded": [False, False, True, True],
        }
    )
    nodes, edges = strain_tables(strains)
    found = {row["name"]: (row["listed"], row["excluded"]) for row in nodes.table.to_pylist()}
    assert found == {"A_tsa1": (True, True), "B_dma2": (True, False), "C_y3": (False, True)}
    assert [tuple(row.values()) for row in edges.table.to_pylist()] == [
        ("strain:A_tsa1", "YA", "ts", "a-1"),
        ("strain:B_dma2", "YB", "deletion", ""),
        ("strain:C_y3", "YC", "allele", "y3"),
    ]
