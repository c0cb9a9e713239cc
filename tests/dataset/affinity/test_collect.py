"""Sources become tables of ligands, proteins, measurements and pairs; what is dropped is told with its line."""

import pytest

from knockon.dataset.affinity.collect import collect
from knockon.dataset.affinity.tables import MEASUREMENT_SCHEMA, PAIR_SCHEMA, PROTEIN_SCHEMA, averaged_side
from knockon.errors import KnockonError
from tests.dataset.affinity.made_up import CHAIN, OTHER, source


def test_entities_are_shared_between_sources():
    found = collect(
        {
            "one": source(("CCO", CHAIN, 6.0, "=", ""), ("CCN", CHAIN, 7.0, "=", "")),
            "two": source(("OCC", CHAIN * 2, 8.0, "=", ""), ("CC[NH3+]", OTHER.lower(), 5.0, "=", "")),
        }
    )
    assert (found.ligands.num_rows, found.proteins.num_rows) == (2, 2)
    assert found.proteins.schema.equals(PROTEIN_SCHEMA)
    assert found.measurements.schema.equals(MEASUREMENT_SCHEMA)
    assert found.pairs.schema.equals(PAIR_SCHEMA)
    smiles, sequences = found.ligands["smiles"].to_pylist(), found.proteins["sequence"].to_pylist()
    rows = [(row["source"], smiles[row["ligand"]], sequences[row["protein"]]) for row in found.measurements.to_pylist()]
    assert rows == [("one", "CCO", CHAIN), ("one", "CCN", CHAIN), ("two", "CCO", CHAIN), ("two", "CCN", OTHER)]
    assert dict(zip(sequences, found.proteins["copies"].to_pylist(), strict=True)) == {CHAIN: 2, OTHER: 1}
    # One pair in two sources is two pairs: they are not averaged over laboratories.
    assert found.pairs.num_rows == 4
    assert found.ledger["two"]["rows_of_repeated_chains"] == {"2": 1}
    assert found.ledger["two"]["rows_in_lower_case"] == 1


def test_repeats_are_averaged_with_their_spread_and_bounds_move_no_mean():
    found = collect(
        {
            "one": source(
                ("CCO", CHAIN, 6.0, "=", "fold1"),
                ("OCC", CHAIN, 8.0, "=", "test"),
                ("CCO", CHAIN, 5.0, "<", "fold1"),
                ("CCN", CHAIN, 5.0, "<", "fold1"),
                ("CCN", CHAIN, 4.5, "<", "fold1"),
                ("CCC", CHAIN, 9.0, ">", "fold1"),
            )
        }
    )
    rows = found.pairs.to_pylist()
    assert [(row["value"], row["relation"], row["n"], row["censored"]) for row in rows] == [
        (7.0, "=", 2, 1),
        (4.5, "<", 0, 2),
        (9.0, ">", 0, 1),
    ]
    assert rows[0]["spread"] == pytest.approx(2**0.5)
    assert rows[1]["spread"] is None
    assert found.measurements["pair"].to_pylist() == [0, 0, 0, 1, 1, 2]
    # A side's averages come from that side alone.
    train = [part == "fold1" for part in found.measurements["part"].to_pylist()]
    side = averaged_side(found.measurements, train, found.ligands, found.proteins)
    assert (side["value"][0].as_py(), side["n"][0].as_py()) == (6.0, 1)
    assert side["key"][0] == found.pairs["key"][0]


def test_what_is_dropped_is_told_with_its_line_and_reason():
    found = collect(
        {
            "one": source(
                ("CCO", CHAIN, 6.0, "=", ""),
                ("C1CC", CHAIN, 6.0, "=", ""),
                ("CCO", "ACGT" * 9, 6.0, "=", ""),
                ("MKTAYIAK", "ACGT" * 9, 6.0, "=", ""),
            )
        }
    )
    assert found.measurements["line"].to_pylist() == [2]
    rejects = {row["line"]: row["reason"] for row in found.rejects.to_pylist()}
    assert rejects == {
        3: "not a SMILES",
        4: "DNA or RNA, not a protein; translate it",
        5: "letters of a peptide, not SMILES",
    }
    assert found.rejects.num_rows == 3
    # The refused chain is in no table.
    assert found.proteins["sequence"].to_pylist() == [CHAIN]


def test_a_source_without_a_usable_row_is_an_error():
    with pytest.raises(KnockonError, match="own: no row has both a molecule and a protein"):
        collect({"own": source(("C1CC", CHAIN, 6.0, "=", ""))})


def test_keys_do_not_depend_on_the_other_rows():
    small = collect({"one": source(("CCO", CHAIN, 6.0, "=", ""))})
    large = collect({"one": source(("CCN", OTHER, 5.0, "=", ""), ("CCO", CHAIN, 6.0, "=", ""))})
    assert small.pairs["key"][0] == large.pairs["key"][1]
