"""All splits of a simulated source keep what they promise; a planted leak ends them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.dataset.affinity import source_splits as module
from knockon.dataset.affinity.collect import collect
from knockon.dataset.affinity.source_splits import SplitSettings, counts, leak_counts, source_splits, split_table, view
from knockon.dataset.affinity.splits import Shares
from knockon.errors import KnockonError
from knockon.sources.affinity.complexes import read_pdbbind
from knockon.sources.simulate.affinity import AffinitySimulation, simulate_affinity

SETTINGS = SplitSettings(
    shares=Shares(0.1, 0.1, 1),
    both=Shares(0.2, 0.3, 1),
    ligand_similarity=0.6,
    protein_share=0.2,
    relatives=(0.9, 0.2),
    near_ligand=0.7,
)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("affinity") / "raw"
    simulate_affinity(folder, AffinitySimulation(complexes=900))
    return collect({"pdbbind2016": read_pdbbind(folder / "pdbbind2016" / "pdbbind2016_deepdtaf_all.csv")})


@pytest.fixture(scope="module")
def seen(collected):
    return view(collected.measurements, collected.ligands, collected.proteins)


@pytest.fixture(scope="module")
def lists(collected):
    parts = collected.measurements["part"]
    named = {"train": "training", "validation": "validation", "test": "test"}
    return {name: pc.equal(parts, part).to_numpy() for name, part in named.items()}


@pytest.fixture(scope="module")
def found(seen, lists):
    return {split.name: split for split in source_splits(seen, SETTINGS, lists)}


def test_the_splits_by_name(found, seen):
    assert list(found) == [
        "published",
        "published_unseen",
        "cold_scaffold",
        "cold_ligand",
        "cold_protein",
        "cold_family",
        "cold_both",
        "no_relatives_90",
        "no_relatives_20",
        "no_relatives_no_near_ligands",
        "cleansplit",
    ]
    for split in found.values():
        assert sum(counts(split.sides).values()) == len(seen.rows)
        assert not any(split.checked.values())


def test_what_a_split_leaks_is_counted(found, seen):
    published = leak_counts(seen, found["published"].sides)
    assert published["tested_pairs_seen"] > 0
    assert published["tested_proteins_with_relatives_90"] == published["tested_proteins"]
    strict = leak_counts(seen, found["no_relatives_20"].sides)
    assert strict["tested_pairs_seen"] == strict["tested_rows_of_seen_proteins"] == 0
    assert strict["tested_proteins_with_relatives_90"] == 0
    assert counts(found["published"].sides)["test"] == counts(found["no_relatives_20"].sides)["test"]
    cold = leak_counts(seen, found["cold_both"].sides)
    assert cold["tested_rows_of_seen_ligands"] == cold["tested_rows_of_seen_proteins"] == 0


def test_a_split_that_leaks_is_not_given(seen, lists, monkeypatch):
    """A mistake in how a split is made is caught by the check, which looks at the sides alone."""
    rows = seen.rows
    # Relatives stay where none are promised; groups are torn apart; pairs that were seen stay.
    monkeypatch.setattr(module.splits, "without_relatives", lambda rows, sides, held, share: sides)
    with pytest.raises(KnockonError, match="split no_relatives_90 leaks from training into the test"):
        list(source_splits(seen, SETTINGS, lists))
    by_row = lambda groups, keys, shares: np.resize(["train", "test", "validation"], len(rows))  # noqa: E731
    monkeypatch.setattr(module.splits, "by_group", by_row)
    with pytest.raises(KnockonError, match="split cold_scaffold leaks"):
        list(source_splits(seen, SETTINGS, lists))
    monkeypatch.setattr(module.splits, "unseen", lambda rows, sides: sides)
    with pytest.raises(KnockonError, match=r"split published_unseen leaks .* pairs that were seen"):
        list(source_splits(seen, SETTINGS, lists))


def test_a_source_without_published_sides_has_the_cold_splits(collected):
    bare = collected.measurements.set_column(
        collected.measurements.schema.get_field_index("part"), "part", pa.repeat("", collected.measurements.num_rows)
    )
    names = [split.name for split in source_splits(view(bare, collected.ligands, collected.proteins), SETTINGS)]
    assert names == ["cold_scaffold", "cold_ligand", "cold_protein", "cold_family", "cold_both"]


def test_the_table_of_a_source(collected, found):
    keys = collected.pairs["key"].take(collected.measurements["pair"]).combine_chunks()
    table = split_table(np.arange(len(keys)), keys, list(found.values()))
    assert table.column_names == ["measurement", "key", *found]
    assert set(table["cold_both"].to_pylist()) == {"train", "validation", "test", ""}
