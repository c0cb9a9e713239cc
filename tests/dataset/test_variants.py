"""Protein variants: residue codes, what becomes of a stop, and the splits of the TAPE benchmark."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.variants import RESIDUES, split_variants, variants_from
from knockon.errors import KnockonError
from knockon.sources.gfp.avgfp import AVGFP_SCHEMA, read_avgfp, read_reference

REFERENCE = "SKGE"


def table(*genotypes):
    rows = [
        {
            "line": line,
            "variant": ":".join(f"{wild}{place}{mutant}" for place, wild, mutant in mutations),
            "mutations": [
                {"position": place, "wild_type": wild, "mutant": mutant} for place, wild, mutant in mutations
            ],
            "barcodes": 1,
            "brightness": 3.0,
            "standard_deviation": None,
        }
        for line, mutations in enumerate(genotypes, 2)
    ]
    return pa.Table.from_pylist(rows, schema=AVGFP_SCHEMA)


def text(codes):
    return ["".join(" " if code == 0 else RESIDUES[code - 1] for code in row) for row in codes]


@pytest.mark.parametrize(("nonsense", "expected"), [("tape", ["SKGE", "SGD "]), ("truncate", ["SKGE", "S   "])])
def test_what_becomes_of_a_stop(nonsense, expected):
    variants = variants_from(table([], [(1, "K", "*"), (3, "E", "D")]), REFERENCE, nonsense)
    assert text(variants.codes) == expected


def test_variants_with_a_stop_can_be_left_out():
    assert variants_from(table([], [(1, "K", "*")]), REFERENCE, "drop").names == ("",)


def test_indicators_name_the_mutations():
    variants = variants_from(table([(0, "S", "A")], [(0, "S", "A"), (2, "G", "D")]), REFERENCE, "tape")
    assert variants.mutations == ("G2D", "S0A")
    assert variants.indicators.toarray().tolist() == [[0, 1], [1, 1]]
    assert variants.counts.tolist() == [1, 2]


def test_the_imbalanced_split_tests_on_four_mutations_and_more():
    counts = np.arange(1000) % 8
    names = pa.array([f"v{i}" for i in range(1000)])
    parts = split_variants(names, counts, "imbalanced", seed=1)
    assert set(parts[counts > 3]) == {"test"}
    assert set(parts[counts <= 3]) == {"train", "validation"}
    assert (parts == "train").sum() == 400
    balanced = split_variants(names, counts, "balanced", seed=1)
    assert [(balanced == part).sum() for part in ("train", "validation", "test")] == [400, 100, 500]
    assert set(balanced[counts > 3]) == {"train", "validation", "test"}


def test_a_variant_keeps_its_side_whatever_the_order_of_the_file():
    counts = np.full(50, 2)
    names = np.array([f"v{i}" for i in range(50)])
    parts = split_variants(pa.array(names), counts, "imbalanced", seed=3)
    backwards = split_variants(pa.array(names[::-1]), counts, "imbalanced", seed=3)
    assert (parts == backwards[::-1]).all()
    assert (parts != split_variants(pa.array(names), counts, "imbalanced", seed=4)).any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: variants_from(table([]), REFERENCE, "keep"),
        lambda: split_variants(pa.array(["a"]), np.array([1]), "random", 1),
    ],
)
def test_an_unknown_choice_names_the_known_ones(call):
    with pytest.raises(KnockonError, match="choose one of"):
        call()


@pytest.mark.public
def test_the_sizes_are_those_of_the_tape_split(public_files):
    folder = public_files / "gfp"
    reference = folder / "avGFP_reference_sequence.fa"
    result = read_avgfp(folder / "amino_acid_genotypes_to_brightness.tsv", reference)
    variants = variants_from(result.table, read_reference(reference), "tape")
    parts = split_variants(result.table["variant"], variants.counts, "imbalanced", seed=1)
    assert [int((parts == part).sum()) for part in ("train", "validation", "test")] == [21446, 5362, 27217]
