"""A served model of pairs on disk: what is written is read again, and what is not one is refused."""

import json

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.models.binding.registry import build
from knockon.serving.affinity import AffinityDescription, ServedAffinity, load_served, read_description, save_served
from tests.models.binding.planted import split

SETTINGS = {"rounds": 20, "rows": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("served")
    train, validation, _ = split()
    model = build("boosted", SETTINGS)
    model.fit(train, validation, seed=0)
    told = AffinityDescription("trees", "boosted", SETTINGS, {}, "pK", "davis", "published", {"0.9": 1.5})
    save_served(place, ServedAffinity(told, model, train))
    return place


def test_what_is_written_is_read_again(folder):
    train, _, test = split()
    model = build("boosted", SETTINGS)
    model.fit(train, split()[1], seed=0)
    served = load_served(folder)
    assert np.array_equal(served.model.predict(test), model.predict(test))
    assert served.pairs.digest() == train.digest()
    assert served.description == read_description(folder)
    assert (served.description.unit, served.description.quantiles) == ("pK", {"0.9": 1.5})


def test_what_is_no_model_is_refused(folder, tmp_path):
    with pytest.raises(KnockonError, match="no trained model"):
        load_served(tmp_path)
    content = json.loads((folder / "served.json").read_text())
    for damaged in ("{", json.dumps({**content, "version": 9}), json.dumps({**content, "type": "knockon.records"})):
        (tmp_path / "served.json").write_text(damaged)
        with pytest.raises(FormatError):
            read_description(tmp_path)
    (tmp_path / "served.json").write_text(json.dumps({key: content[key] for key in ("type", "version", "name")}))
    with pytest.raises(FormatError, match="damaged"):
        read_description(tmp_path)
