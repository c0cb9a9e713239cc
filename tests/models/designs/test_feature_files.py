"""What is known of genes, on disk; and that a block can be left out of it."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.feature_files import read_blocks, read_features, write_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.registry import build
from tests.models.designs.toy import GENES, NAMES, measured, singles, toy

FEATURES, EFFECT = toy()


def test_features_come_back_and_equal_ones_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write_features(tmp_path / name, FEATURES, {"complex": "a list"})
    found = read_features(tmp_path / "a")
    assert (found.genes, found.names, found.blocks) == (FEATURES.genes, FEATURES.names, FEATURES.blocks)
    assert found.values.tobytes() == FEATURES.values.tobytes()
    assert (found.links["complex"] != FEATURES.links["complex"]).nnz == 0
    for file in ("features.safetensors", "blocks.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert read_blocks(tmp_path / "a").to_pylist()[-1] == {
        "block": "complex", "form": "links", "features": 50, "genes": GENES, "provenance": "a list",
    }  # fmt: skip


def test_absent_and_damaged_features_are_said(tmp_path):
    with pytest.raises(KnockonError, match="dvc repro design_features"):
        read_features(tmp_path / "none")
    write_features(tmp_path / "a", FEATURES, {})
    path = tmp_path / "a" / "features.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(KnockonError, match=r"features\.safetensors"):
        read_features(tmp_path / "a")


def test_a_phenotype_does_not_leak_out_of_its_own_block():
    """The planted leak: a block that is the phenotype tells it, and no more once it is left out."""
    random = np.random.default_rng(8)
    alone = random.normal(size=GENES)
    leaking = GeneFeatures(
        NAMES, (*FEATURES.names, "metabolome/tyrosine"),
        np.column_stack([FEATURES.values, alone + 0.05 * random.normal(size=GENES)]).astype(np.float32), FEATURES.links,
    )  # fmt: skip
    train, test = np.arange(0, GENES, 2), np.arange(1, GENES, 2)
    told = {}
    for name, features in (("leaking", leaking), ("clean", leaking.without(["metabolome"]))):
        model = build("ridge", {})
        model.fit(measured(alone, train), features, 0)
        told[name] = np.corrcoef(model.predict(singles(NAMES, test)).mean, alone[test])[0, 1]
    assert told["leaking"] > 0.9
    assert abs(told["clean"]) < 0.25
