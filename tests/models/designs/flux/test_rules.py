"""Gene rules are booleans: `and` binds closer than `or`, and every deletion shuts what cobra shuts."""

from itertools import combinations

import pytest

from knockon.errors import FormatError
from knockon.models.designs.flux.rules import GeneRules, parse_rule, works
from tests.models.designs.flux.small import GENES, genes, small_network

NUMBERS = {name: number for number, name in enumerate("ABCD")}


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("A", "A"),
        ("A or B and C", "A or (B and C)"),
        ("(A or B) and C", "(A or B) and C"),
        ("A AND (B OR (C and D))", "A and (B or (C and D))"),
        ("(A and B) or (A and C) or D", "(A and B) or (A and C) or D"),
        ("", "True"),
    ],
)
def test_a_rule_works_as_python_reads_it(text, python):
    rule = parse_rule(text, NUMBERS)
    for count in range(5):
        for deleted in combinations("ABCD", count):
            wanted = eval(python, {}, {name: name not in deleted for name in "ABCD"})
            assert works(rule, frozenset(NUMBERS[name] for name in deleted)) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(A or B", "a bracket is not closed"),
        ("A or", "its end is no gene"),
        ("A B", "'B' is out of place"),
        ("A or E", "E is no gene that the model lists"),
        ("and A", "and is no gene"),
    ],
)
def test_broken_rules_are_told(text, message):
    with pytest.raises(FormatError, match=message):
        parse_rule(text, NUMBERS)


def test_what_deletions_shut_in_the_small_network():
    network = small_network()
    rules = GeneRules(network)
    names = {
        count: [network.reactions[each] for each in rules.shut(genes(*count))]
        for count in (("G1",), ("G2", "G1"), ("G5", "G3"))
    }
    assert names == {("G1",): [], ("G2", "G1"): ["r_first"], ("G5", "G3"): ["r_making", "r_plain"]}
    assert rules.closures().sum(axis=1).ravel().tolist()[0] == [0, 0, 1, 1, 1, 1]
    assert rules.touches().sum() == len(GENES)
