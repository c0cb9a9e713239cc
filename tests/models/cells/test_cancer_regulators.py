"""Regulators of patients where the driver is planted: found in the patients that have it, and stable."""

import numpy as np
import pyarrow as pa

from knockon.evaluation.bootstrap import Resampling
from knockon.models.cells.cancer_regulators import CancerRegulators, Patients, event_scores

SETTINGS = {"least": 5, "permutations": 400, "seed": 1, "among": 6, "planted": {"permutations": 2}, "subsamples": 3}


def cohort(driver: float) -> Patients:
    """80 patients, 15 regulators of ten genes each; ESR1 is raised by `driver` in the first 40."""
    random = np.random.default_rng(5)
    regulators = ["ESR1", "FOXA1", "GATA3", *(f"R{number}" for number in range(12))]
    genes = [*regulators, *(f"{name}_{number}" for name in regulators for number in range(10))]
    activity = random.normal(0, 1, (80, len(regulators)))
    activity[:40, 0] += driver
    targets = np.repeat(activity, 10, axis=1) + random.normal(0, 0.5, (80, 150))
    values = 6 + np.hstack([activity, targets])
    edges = pa.table(
        {
            "regulator": [name for name in regulators for _ in range(10)],
            "target": [f"{name}_{number}" for name in regulators for number in range(10)],
            "sign": np.ones(150),
        }
    )
    first = np.arange(80) < 40
    names = [f"p{number}" for number in range(80)]
    return Patients(names, genes, values, {"driven": (first, ~first)}, edges, SETTINGS)


def test_the_driver_of_patients_comes_first():
    found = CancerRegulators(cohort(4.0))
    tables = found.tables()
    assert tables["cohort"]["regulator"][0].as_py() == "ESR1"
    assert tables["cohort"]["fdr"][0].as_py() <= 0.1
    best = [row["regulator"] for row in tables["samples"].to_pylist() if row["rank"] == 1]
    assert best.count("ESR1") >= 20
    scores = found.luminal(Resampling(50, seed=1))
    assert scores["driven_patients"] == 40
    assert scores["driven_moves_ESR1"] >= 0.9
    assert scores["driven_moves_low"] <= scores["driven_moves"] <= scores["driven_moves_high"]
    assert found.stability()["stability_of_ranks"] > 0.5


def test_where_no_regulator_drives_none_is_claimed():
    table = CancerRegulators(cohort(0.0)).tables()["cohort"]
    assert min(table["fdr"].to_pylist()) > 0.1


def test_an_amplicon_that_is_torn_apart_counts_as_more_events():
    whole = [{"event": 1, "genes": ["A", "B", "C"]}, {"event": 2, "genes": ["GRB7", "STARD3", "PGAP3", "MIEN1", "X"]}]
    told = event_scores(pa.Table.from_pylist(whole))
    assert told == {"events": 2, "amplicon_events": 1, "amplicon_place": 2, "amplicon_genes": 5, "amplicon_of_five": 4}
    torn = [{"event": 1, "genes": ["GRB7", "A"]}, {"event": 2, "genes": ["STARD3", "B"]}]
    assert event_scores(pa.Table.from_pylist(torn))["amplicon_events"] == 2
