"""What the messages of errors share."""

import subprocess
import sys

import pytest

from knockon.errors import FormatError, KnockonError, nearest, refuse_unknown


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("sga_pair", ["smf", "sga_pairs", "sga_matrix"], "; did you mean sga_pairs or sga_matrix?"),
        ("gene", ["Gene", "Genotype"], "; did you mean Gene or Genotype?"),
        ("zzz", ["smf", "gff"], "; there are gff, smf"),
        ("zzz", [f"a{number}" for number in range(100)], ""),
        ("zzz", [], ""),
    ],
)
def test_the_nearest_names_are_offered(name, known, hint):
    assert nearest(name, known) == hint


def test_the_best_alone_where_one_is_asked_for():
    assert nearest("sga_pair", ["sga_matrix", "sga_pairs"], most=1) == "; did you mean sga_pairs?"


def test_unknown_names_are_refused_with_the_known_ones():
    refuse_unknown("training", "setting", ["seed"], ["seed", "epochs"])
    with pytest.raises(KnockonError, match=r"^training: no setting lr, seeds; the settings are seed, epochs$"):
        refuse_unknown("training", "setting", {"seeds": 1, "seed": 2, "lr": 3}, ["seed", "epochs"])
    with pytest.raises(FormatError, match=r"^a.yaml: no key 3; it has none$"):
        refuse_unknown("a.yaml", "key", [3], (), FormatError)


def test_a_program_without_mistakes_does_not_load_difflib():
    code = "import sys, knockon.errors; assert 'difflib' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
