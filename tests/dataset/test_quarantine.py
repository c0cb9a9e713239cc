"""Records that can't be used are set aside with a reason, never dropped and never an exception."""

import math

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.quarantine import CONFLICTING, QUARANTINE_SCHEMA, REPEATED, IdRegister, check, split_repeats
from knockon.dataset.records import RECORD_SCHEMA
from knockon.errors import FormatError
from tests.dataset.made_up import deleted, record, screen, table

A, B = "YAL001C", "YBR002W"
PAIR = deleted(A, B)

FAULTS = {
    "the id is not 16 hexadecimal digits": [{"id": "1"}, {"id": None}, {"id": "g" * 16}],
    "no dataset named": [{"dataset": ""}, {"dataset": None}],
    "no perturbed gene": [{"perturbations": []}, {"perturbations": None}],
    "a perturbation without a gene or allele field": [
        {"perturbations": [{"gene": A, "kind": "ts", "allele": ""}, {"gene": None, "kind": "ts", "allele": ""}]},
        {"perturbations": [{"gene": "", "kind": "ts", "allele": ""}, {"gene": B, "kind": "ts", "allele": ""}]},
        {"perturbations": [None]},
    ],
    "unknown kind of perturbation": [
        {"perturbations": [{"gene": A, "kind": "zapped", "allele": ""}, {"gene": B, "kind": "ts", "allele": ""}]}
    ],
    "the same gene twice": [
        {"perturbations": [{"gene": A, "kind": "ts", "allele": "1"}, {"gene": A, "kind": "ts", "allele": "2"}]}
    ],
    "unknown phenotype": [{"phenotype": "happiness"}, {"phenotype": None}],
    "an interaction of fewer than two genes": [
        {"perturbations": [{"gene": A, "kind": "ts", "allele": "1"}]},
    ],
    "the value is missing, NaN or infinite": [{"value": math.nan}, {"value": math.inf}, {"value": None}],
    "the value is outside the phenotype's physical range": [
        {"value": -1000.0},
        {"phenotype": "fitness", "value": 97.0},
        {"phenotype": "s_score", "value": 1e6},
    ],
    "the standard error is negative, NaN or infinite": [
        {"standard_error": -0.1},
        {"standard_error": math.nan},
        {"standard_error": math.inf},
    ],
    "fewer than one measurement": [{"n": 0}, {"n": -3}, {"n": None}],
    "the p-value is not between 0 and 1": [{"p_value": 1.5}, {"p_value": -0.1}, {"p_value": math.nan}],
    "no medium, or a temperature outside -5 to 100 °C": [
        {"media": None},
        {"temperature": math.nan},
        {"temperature": 300.0},
    ],
    "the wild-type reference is missing, NaN or infinite": [{"reference": math.nan}, {"reference": None}],
}


@pytest.mark.parametrize(
    ("reason", "change"), [(reason, change) for reason, changes in FAULTS.items() for change in changes]
)
def test_a_faulty_record_is_set_aside_alone(reason, change):
    good = [record(PAIR, 1), record(deleted(A), 2)]
    checked = check(table(good[0], record(PAIR, 3, **change), good[1]))
    assert checked.accepted.equals(table(*good))
    assert checked.quarantined["reason"].to_pylist() == [reason]
    assert checked.quarantined.schema.equals(QUARANTINE_SCHEMA)
    kept = checked.quarantined.to_pylist()[0]
    for name, value in change.items():
        if name != "perturbations":
            assert kept[name] == value or (math.isnan(kept[name]) and math.isnan(value))


def test_what_may_be_missing_is_accepted():
    rows = table(
        record(PAIR, 1, standard_error=None, p_value=None, temperature=None, query_gene=None),
        record(PAIR, 2, standard_error=0.0, p_value=0.0),
    )
    assert check(rows).accepted.equals(rows)
    assert len(check(rows).quarantined) == 0


def test_clean_data_pass_unchanged():
    rows = screen(2_000, 30, seed=5)
    assert check(rows).accepted.equals(rows)


def test_types_of_other_writers_are_taken():
    """Large strings, dictionaries, nullable structs and 'element' lists come out of Parquet and of a graph store."""
    rows = screen(50, 20, seed=6)
    struct = pa.struct([("gene", pa.large_string()), ("kind", pa.string()), ("allele", pa.string())])
    others = rows.to_pylist()
    loose = pa.schema(
        [
            pa.field(field.name, pa.list_(pa.field("element", struct)) if field.name == "perturbations" else field.type)
            for field in RECORD_SCHEMA
        ]
    )
    loose_table = pa.Table.from_pylist(others, schema=loose)
    place = loose_table.schema.get_field_index("dataset")
    loose_table = loose_table.set_column(place, "dataset", loose_table["dataset"].dictionary_encode())
    assert check(loose_table).accepted.equals(rows)


def test_a_table_that_is_no_record_table_is_one_clear_error():
    rows = screen(5, 10, seed=1)
    with pytest.raises(FormatError, match="no column media, value"):
        check(rows.drop(["value", "media"]))
    wrong = rows.set_column(rows.schema.get_field_index("value"), "value", pa.array(["fast"] * 5))
    with pytest.raises(FormatError, match="types"):
        check(wrong)


def _conflicts(*batches):
    register = IdRegister()
    for batch in batches:
        register.add(batch)
    return register.conflicts()


def test_repeats_keep_one_and_conflicts_keep_none():
    rows = table(
        record(PAIR, 1),
        record(PAIR, 1),
        record(PAIR, 2, value=0.1),
        record(PAIR, 2, value=0.2),
        record(PAIR, 2, value=0.1),
        record(PAIR, 3),
    )
    conflicts = _conflicts(rows[:3], rows[3:])
    assert conflicts.tolist() == [2]
    checked = split_repeats(rows, conflicts)
    assert checked.accepted["id"].to_pylist() == [f"{1:016x}", f"{3:016x}"]
    reasons = checked.quarantined["reason"].to_pylist()
    assert (reasons.count(CONFLICTING), reasons.count(REPEATED)) == (3, 1)


def test_a_conflict_is_seen_in_any_column_and_across_batches():
    changes = [{"publication": "x"}, {"n": 5}, {"media": "YPD"}, {"query_gene": B}, {"p_value": 0.5}]
    changes += [{"standard_error": None}, {"reconstructed": True}, {"reference": 0.1}, {"temperature": None}]
    for change in changes:
        assert _conflicts(table(record(PAIR, 7)), table(record(PAIR, 7, **change))).tolist() == [7], change
    assert not len(_conflicts(table(record(PAIR, 7)), table(record(PAIR, 7))))


def test_no_records_have_no_conflicts():
    assert IdRegister().conflicts().dtype == np.uint64
    assert not len(IdRegister().conflicts())
