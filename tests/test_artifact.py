"""The stamp of what is written, and the kept files of every version that is read (see kept/README.md)."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file, save_file

from knockon.artifact import UNSTAMPED, check, content, stamp, stamp_text
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.dataset.store import RecordStore
from knockon.errors import FormatError
from knockon.evaluation.strain_errors import Growth, StrainErrors
from knockon.graph.dump import read_dump
from knockon.represent.cache import EmbeddingCache
from knockon.represent.storage import read_representation
from knockon.serving.gfp import load_served
from knockon.serving.yeast import read_experiment
from knockon.training.checkpoint import CheckpointStore, Progress
from tests.kept.make import GENES, MODELS, SEQUENCES, Letters, strains, tokens

KEPT = Path(__file__).parent / "kept"
HERE = Path("a.json")


@pytest.fixture(params=["version-0", "version-1"])
def kept(request, tmp_path):
    """A copy of the files of one version."""
    return shutil.copytree(KEPT / request.param, tmp_path / "kept")


@pytest.fixture
def expected(kept):
    return json.loads((kept / "expected.json").read_text())


def test_a_stamp_is_known_again():
    assert stamp("records", 1) == {"type": "knockon.records", "version": 1}
    assert check(stamp("records", 1), "records", (1,), HERE) == 1
    assert check(stamp_text("records", 2), "records", (1, 2), HERE) == 2
    assert content(stamp("records", 1) | {"rows": 3}) == {"rows": 3}


def test_what_has_no_stamp_is_version_0_where_that_is_read():
    assert check({"rows": 3}, "records", (UNSTAMPED, 1), HERE) == UNSTAMPED
    with pytest.raises(FormatError, match=r"a\.json: its type is not stated, not knockon\.records"):
        check({"rows": 3}, "records", (1,), HERE)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (stamp("dump", 1), r"its type is knockon\.dump, not knockon\.records"),
        (stamp("records", 3), r"version 3 by a newer knockon, this one reads up to 2: update knockon"),
        (stamp("records", 1), r"version 1, which this knockon reads no more: make it again"),
        ({"type": "knockon.records"}, "its version is None, not a number"),
        ({"type": "knockon.records", "version": True}, "its version is True, not a number"),
        ([1], "its type is not stated"),
        (None, "its type is not stated"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(found, message):
    with pytest.raises(FormatError, match=rf"^a\.json: .*{message}"):
        check(found, "records", (UNSTAMPED, 2), HERE)


def test_a_kept_store_is_read(kept, expected):
    assert RecordStore(kept / "store").take([0, 5]).to_pylist() == expected["records"]


def test_a_kept_dump_is_read(kept, expected):
    counts = read_dump(kept / "dump").counts()
    assert {label: count for label, count in counts.items() if count} == expected["counts"]


def test_kept_vectors_are_read(kept, expected):
    dense, sparse = (read_representation(kept / "vectors" / f"{name}.parquet") for name in ("dense", "sparse"))
    assert dense.names == sparse.names == GENES
    np.testing.assert_array_equal(dense.matrix, np.array(expected["vectors"]["dense"], dtype=np.float32))
    np.testing.assert_array_equal(sparse.matrix.toarray(), np.eye(len(GENES), dtype=np.float32))


def test_a_kept_cache_is_read(kept, monkeypatch):
    wanted = Letters().encode(SEQUENCES)
    monkeypatch.setattr(Letters, "encode", None)
    np.testing.assert_array_equal(EmbeddingCache(kept / "vectors" / "cache").embed(Letters(), SEQUENCES), wanted)


@pytest.mark.parametrize("name", list(MODELS))
def test_a_kept_model_is_read(kept, expected, name):
    model = MODELS[name]()
    model.load(kept / "models" / name)
    predicted = model.predict(strains()[1].genotypes)[:5]
    np.testing.assert_allclose(predicted, expected["predicted"][name], rtol=1e-5, atol=1e-6)


def test_a_kept_checkpoint_is_read(kept):
    found = CheckpointStore(kept / "checkpoints", {"training.seed": 1}, keep=2).latest()
    assert found is not None
    assert found.progress == Progress(step=7, best_step=7, best_score=0.5, waited=0, log_bytes=12)
    assert found.weights["w"].tolist() == [0, 1, 2]


def test_a_kept_served_model_is_read(kept, expected):
    np.testing.assert_allclose(load_served(kept / "served").predict(tokens()[:5]), expected["served"], rtol=1e-5)


def test_a_kept_served_model_says_how_its_intervals_grow():
    wanted = json.loads((KEPT / "version-4" / "expected.json").read_text())["served"]
    served = load_served(KEPT / "version-4" / "served")
    np.testing.assert_allclose(served.predict(tokens()[:5]), wanted, rtol=1e-5)
    description = served.description
    assert (description.quantiles, description.growth, description.known) == ({"0.9": 1.7}, {"0.9": 0.4}, 5)


def test_a_kept_experiment_is_read(kept):
    experiment, point, errors = read_experiment(kept)
    assert (experiment.model, experiment.perturbed, point) == ("bilinear", GENES, {"width": 8})
    assert errors == StrainErrors(0.05, {GENES[0]: 0.06}, {"0.9": 1.7})


def test_a_kept_experiment_whose_errors_grow_is_read():
    _, _, errors = read_experiment(KEPT / "version-2")
    assert errors.growth == Growth((0.01, 0.1), (0.9, 2.0))


def test_a_kept_store_of_expression_is_read():
    wanted = json.loads((KEPT / "version-3" / "expected.json").read_text())["expression"]
    store = ExpressionStore(KEPT / "version-3" / "expression")
    np.testing.assert_array_equal(store.values, np.array(wanted, dtype=np.float32))
    assert (store.scale, store.samples["study"].to_pylist()) == ("counts", ["s", "s", "t"])


def test_a_newer_store_of_expression_is_refused(tmp_path):
    kept = shutil.copytree(KEPT / "version-3" / "expression", tmp_path / "expression")
    _newer_json(kept / "store.json")
    with pytest.raises(FormatError, match=r"store\.json: .* version 99 by a newer knockon"):
        ExpressionStore(kept)


def _newer_json(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))


def _newer_parquet(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"version": b"99"}), path)


def _newer_arrays(path: Path) -> None:
    described = {"type": "knockon.model.arrays", "version": 99, "kind": "additive", "genes": list(GENES)}
    save_file(load_file(path), path, {"knockon": json.dumps(described)})


def _newer_checkpoint(path: Path) -> None:
    _newer_json(path)
    manifest = path.with_name("manifest.json")
    written = json.loads(manifest.read_text())
    written[path.name] = {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(written))


@pytest.mark.parametrize(
    ("file", "newer", "read"),
    [
        ("store/store.json", _newer_json, lambda kept: RecordStore(kept / "store")),
        ("dump/dump.json", _newer_json, lambda kept: read_dump(kept / "dump")),
        ("vectors/dense.parquet", _newer_parquet, lambda kept: read_representation(kept / "vectors/dense.parquet")),
        (
            "vectors/cache/letters-1-d31b1728/2.parquet",
            _newer_parquet,
            lambda kept: EmbeddingCache(kept / "vectors/cache").embed(Letters(), SEQUENCES),
        ),
        (
            "models/additive/additive.safetensors",
            _newer_arrays,
            lambda kept: MODELS["additive"]().load(kept / "models/additive"),
        ),
        ("models/network/model.json", _newer_json, lambda kept: MODELS["network"]().load(kept / "models/network")),
        (
            "models/pair_network/seen/share.json",
            _newer_json,
            lambda kept: MODELS["pair_network"]().load(kept / "models/pair_network"),
        ),
        (
            "models/pair_network/new/network-0/network.json",
            _newer_json,
            lambda kept: MODELS["pair_network"]().load(kept / "models/pair_network"),
        ),
        (
            "checkpoints/step-000000007/state.json",
            _newer_checkpoint,
            lambda kept: CheckpointStore(kept / "checkpoints", {"training.seed": 1}, keep=2).latest(),
        ),
        ("served/served.json", _newer_json, lambda kept: load_served(kept / "served")),
        ("experiment.json", _newer_json, lambda kept: read_experiment(kept)),
    ],
)
def test_a_newer_version_of_every_type_is_refused(
    tmp_path, file: str, newer: Callable[[Path], None], read: Callable[[Path], object]
):
    """And every file of version 1 has its stamp: without one, `version` alone would be read as version 0."""
    kept = shutil.copytree(KEPT / "version-1", tmp_path / "kept")
    newer(kept / file)
    with pytest.raises(FormatError, match="version 99 by a newer knockon") as raised:
        read(kept)
    assert Path(file).name in str(raised.value)


def test_kept_files_stay_small():
    assert sum(path.stat().st_size for path in KEPT.rglob("*") if path.is_file()) < 300_000
