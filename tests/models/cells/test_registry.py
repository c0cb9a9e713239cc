"""Every kind is built by its name, and a mistake is told with what there is."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.registry import KINDS, build
from tests.models.cells.planted import planted

FEW = {"max_steps": 5, "batch_size": 16, "device": "cpu", "precision": "float32"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_whole_samples_back(kind):
    data = planted()
    model = build(kind, {"widths": [8, 2]} if kind == "autoencoder" else {}, FEW)
    model.fit(data, 1)
    found = model.reconstruct(data.values[:4])
    assert found.shape == (4, 60)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("umap", {}, "no kind 'umap'; choose one of mean, nearest, pca, grouped, autoencoder"),
        ("pca", {"widht": 5}, "cell model pca: no setting widht; the settings are width"),
        ("mean", {"width": 5}, "cell model mean: no setting width; it has none"),
        ("autoencoder", {"masks": 1}, "no setting masks; the settings are widths, masked, skip, dropout"),
    ],
)
def test_mistakes_are_told(kind, settings, message):
    with pytest.raises(KnockonError, match=message):
        build(kind, settings)
