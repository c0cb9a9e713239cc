"""What is called one and the same gives one and the same answer."""

import numpy as np
import pytest

from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Examples
from knockon.models.registry import build
from knockon.models.strains.same_comparisons import canonical
from knockon.represent.representation import Representation

GENES = tuple(f"G{number:02}" for number in range(30))
SETTINGS = {"elastic_net": {"alpha": 0.001}, "svr": {}, "random_forest": {"trees": 20, "features": 1.0}}


def strains(counts: np.ndarray, seed: int) -> Genotypes:
    random = np.random.default_rng(seed)
    genes = [np.sort(random.choice(len(GENES), size=count, replace=False)) for count in counts]
    return Genotypes(GENES, np.concatenate([[0], np.cumsum(counts)]), np.concatenate(genes).astype(np.int32))


def predictions(name: str, aggregation: str, counts: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(len(GENES), 6)).astype(np.float32)
    inputs = Inputs(Representation("random", GENES, vectors, {}), aggregation)
    genotypes = strains(counts, 1)
    values = genotypes.matrix() @ random.normal(size=len(GENES)) + random.normal(size=len(counts)) * 0.1
    ones, unknown = np.ones(len(counts)), np.full(len(GENES), np.nan)
    model = build(name, inputs, Context("fitness"), SETTINGS[name])
    examples = Examples(genotypes, values.astype(np.float64), ones, unknown, None)
    model.fit(examples, examples, 1)
    return model.predict(strains(counts, 2))


MIXED = np.resize([1, 2, 3], 120)


@pytest.mark.parametrize("name", sorted(SETTINGS))
@pytest.mark.parametrize(
    ("aggregation", "counts"),
    [
        ("pert_mean", np.full(120, 2)),
        ("intact_sum", np.full(120, 2)),
        ("intact_mean", np.full(120, 2)),
        ("intact_sum", MIXED),
    ],
)
def test_a_shared_fit_is_what_a_fit_of_its_own_would_be(name, aggregation, counts):
    assert canonical(aggregation, strains(counts, 1)) == "pert_sum"
    own, shared = predictions(name, aggregation, counts), predictions(name, "pert_sum", counts)
    # A forest breaks ties between equal splits the other way round in a mirrored column.
    assert (
        own == pytest.approx(shared, abs=1e-4) if name != "random_forest" else pearson(own, shared, constant=0.0) > 0.97
    )


def test_means_of_strains_with_different_numbers_of_knockouts_are_something_else():
    for aggregation in ("pert_mean", "intact_mean"):
        assert canonical(aggregation, strains(MIXED, 1)) == aggregation
    assert predictions("elastic_net", "pert_mean", MIXED) != pytest.approx(
        predictions("elastic_net", "pert_sum", MIXED), abs=0.01
    )
