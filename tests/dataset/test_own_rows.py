"""What became of a person's own rows is counted by reason, with examples."""

import pyarrow as pa

from knockon.dataset.own_rows import EXAMPLES, NO_PARTNER, OwnRows, quarantined, rejected, told
from knockon.dataset.quarantine import check
from knockon.graph.rejects import GRAPH_REJECT_SCHEMA
from tests.dataset import made_up
from tests.dataset.made_up import table


def record(genes, phenotype="interaction", dataset="mine", value=0.1, temperature=30.0):
    strain = [(gene, "deletion", "") for gene in genes]
    return made_up.record(strain, phenotype=phenotype, dataset=dataset, value=value, temperature=temperature)


def test_records_repeats_and_pairs_without_a_partner_are_counted():
    own = OwnRows(frozenset({"mine"}))
    own.add(
        table(
            record(["A", "B"]),
            record(["B", "A"], value=0.2),
            record(["A", "C"]),
            record(["A", "D"], temperature=26.0),
            record(["X", "Y"], dataset="public"),
        )
    )
    fitness = [record([gene], "fitness", "public", 0.9) for gene in "ABD"]
    own.add(table(*fitness, record(["C"], "fitness", "public", 0.9, 26.0), record(["A"], "fitness")))
    assert own.records("mine") == {"fitness": 1, "interaction": 4}
    assert own.repeats("mine") == 1
    # C has no fitness at 30 °C, neither A nor D one at 26 °C.
    (lonely,) = own.without_partner("mine")
    assert (lonely["reason"], lonely["rows"]) == (NO_PARTNER, 2)
    assert lonely["examples"] == ["A (1 pairs)", "C (1 pairs)", "D (1 pairs)"]


def test_without_own_datasets_nothing_is_kept():
    own = OwnRows(frozenset())
    own.add(table(record(["A", "B"], dataset="public")))
    assert own.records("public") == {}
    assert own.without_partner("public") == []


def test_refused_rows_have_examples_with_their_lines():
    rows = [
        {"source": "mine", "file": "m.csv", "line": line, "value": f"YXX{line}W", "reason": "unknown gene name"}
        for line in range(2, 10)
    ]
    rows += [{"source": "mine", "file": "m.csv", "line": None, "value": "", "reason": "no value"}]
    rows += [{"source": "other", "file": "o.csv", "line": 1, "value": "x", "reason": "no value"}]
    unknown, blank = rejected(pa.Table.from_pylist(rows, schema=GRAPH_REJECT_SCHEMA), "mine")
    assert (unknown["reason"], unknown["rows"]) == ("unknown gene name", 8)
    assert unknown["examples"] == [f"line {line}: YXX{line}W" for line in range(2, 2 + EXAMPLES)]
    assert blank == {"reason": "no value", "rows": 1, "examples": ["line ?: "]}


def test_records_set_aside_name_their_genes():
    records = [record(["A", "B"], value=97.0), record(["A", "A"]), record(["A", "B"], dataset="public", value=97.0)]
    aside = check(table(*records)).quarantined
    assert quarantined(aside, "mine") == [
        {"reason": "the same gene twice", "rows": 1, "examples": ["A × A: 0.1"]},
        {"reason": "the value is outside the phenotype's physical range", "rows": 1, "examples": ["A × B: 97"]},
    ]
    assert quarantined(aside, "absent") == []


def test_a_person_is_told_in_lines():
    dropped = [{"reason": "no value", "rows": 1200, "examples": ["line 2: A"]}]
    text = told([{"name": "mine", "dataset": "m", "records": {"fitness": 7}, "repeats": 2, "dropped": dropped}])
    assert text.splitlines() == [
        "your mine: measurements of one value in the dataset: 7 fitness",
        "  2 of them are averaged with others of the same strain and environment",
        "  1,200 rows: no value (such as line 2: A)",
    ]
