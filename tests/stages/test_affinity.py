"""The affinity study's data stages on the simulated set: tables, splits, metrics; the same bytes on every run."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
import yaml

from knockon.commands.demo import merged
from knockon.dataset.affinity.ligands import LIGAND_SCHEMA
from knockon.dataset.affinity.screens import SCREEN_SCHEMA
from knockon.dataset.affinity.tables import MEASUREMENT_SCHEMA, PAIR_SCHEMA, PROTEIN_SCHEMA
from knockon.errors import FormatError
from knockon.sources.registry import select
from knockon.stages.affinity import dataset, paths, sources, split
from knockon.stages.affinity.inputs import SPLIT_SOURCES
from knockon.stages.stage import Params


@pytest.fixture(scope="module")
def tree(root):
    return merged(yaml.safe_load((root / "params.yaml").read_text()), {"affinity": {"source": "simulated"}})


@pytest.fixture(scope="module")
def run(tree, tmp_path_factory):
    """The folder in which the stages have run."""
    folder = tmp_path_factory.mktemp("affinity")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, dataset, split):
            stage.main(Params(tree, stage.PARAMS))
    return folder


def test_the_tables_are_as_declared(inside):
    for path, schema in (
        (paths.LIGANDS, LIGAND_SCHEMA),
        (paths.PROTEINS, PROTEIN_SCHEMA),
        (paths.MEASUREMENTS, MEASUREMENT_SCHEMA),
        (paths.PAIRS, PAIR_SCHEMA),
        (paths.SCREEN, SCREEN_SCHEMA),
    ):
        assert pq.read_schema(path).equals(schema), path
    ligands, proteins = pq.read_table(paths.LIGANDS), pq.read_table(paths.PROTEINS)
    assert ligands["ligand"].to_pylist() == sorted(set(ligands["ligand"].to_pylist()))
    assert proteins["protein"].to_pylist() == sorted(set(proteins["protein"].to_pylist()))
    measurements = pq.read_table(paths.MEASUREMENTS).to_pydict()
    pairs = pq.read_table(paths.PAIRS).to_pydict()
    for row in range(0, len(measurements["line"]), 97):
        for name in ("source", "ligand", "protein", "kind"):
            assert measurements[name][row] == pairs[name][measurements["pair"][row]]


def test_a_split_names_measurements_and_their_pairs(inside):
    measurements, pairs = pq.read_table(paths.MEASUREMENTS), pq.read_table(paths.PAIRS)
    for source in SPLIT_SOURCES["simulated"]:
        table = pq.read_table(paths.split_of(source))
        chosen = measurements.take(table["measurement"])
        assert set(chosen["source"].to_pylist()) == {source}
        assert table["key"].to_pylist() == pairs["key"].take(chosen["pair"]).to_pylist()
        published = dict(zip(chosen["part"].to_pylist(), table["published"].to_pylist(), strict=True))
        assert published["test"] == "test"


def test_metrics_tell_what_was_repaired_and_what_leaks(inside):
    counted = json.loads((paths.METRICS / "dataset.json").read_text())
    assert counted["sources"]["pdbbind2016"]["molecules"]["repaired"] > 20
    assert counted["sources"]["davis"]["censored"] > 0
    splits = json.loads((paths.METRICS / "split.json").read_text())
    assert splits["davis"]["published"]["leaks"]["tested_pairs_seen"] > 0
    assert splits["davis"]["published_unseen"]["leaks"]["tested_pairs_seen"] == 0
    assert {"cleansplit", "no_relatives_20"} <= set(splits["pdbbind2016"])


def test_again_the_same_bytes(inside, tree, tmp_path, monkeypatch):
    before = {path: path.read_bytes() for path in sorted(inside.rglob("*")) if path.is_file()}
    for stage in (sources, dataset, split):
        stage.main(Params(tree, stage.PARAMS))
    assert {path: path.read_bytes() for path in sorted(inside.rglob("*")) if path.is_file()} == before


def test_a_broken_file_leaves_nothing_half_written(run, tree, tmp_path, monkeypatch):
    shutil.copytree(run / paths.RAW, tmp_path / paths.RAW)
    monkeypatch.chdir(tmp_path)
    (paths.RAW / "davis" / "proteins.txt").write_text('{"A": ')
    with pytest.raises(FormatError, match=r"proteins\.txt: is not JSON"):
        dataset.main(Params(tree, dataset.PARAMS))
    assert not paths.DATASET.exists()


def test_no_pickle_is_fetched_and_all_that_is_named_is_known():
    taken = select("affinity", list(sources._TAKEN))
    assert {source.name for source in taken} == set(sources._TAKEN)
    assert not [source for source in taken if source.path.endswith("/Y")]
