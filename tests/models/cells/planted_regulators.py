"""A small planted world that the tests of regulators share, and its fitted model."""

from functools import cache

import numpy as np
import pyarrow as pa

from knockon.models.cells.regulators import Regulons, regulons_of
from knockon.models.cells.regulon_model import RegulonModel
from knockon.sources.simulate.regulators import PlantedRegulators, RegulatorSimulation, plant_regulators


@cache
def world(**changes) -> tuple[PlantedRegulators, Regulons, RegulonModel]:
    sizes = {"genes": 300, "regulators": 20, "pairs": 4, "samples": 200, "studies": 8, "push": 2.0, "noise": 0.5}
    planted = plant_regulators(RegulatorSimulation(**{**sizes, **changes}))
    names = [f"g{place:03d}" for place in range(planted.signs.shape[1])]
    regulator, target = np.nonzero(planted.signs)
    edges = {"regulator": [names[each] for each in regulator], "target": [names[each] for each in target]}
    regulons = regulons_of(pa.table({**edges, "sign": planted.signs[regulator, target]}), names, 1)
    model = RegulonModel(regulons)
    model.fit(planted.compendium.astype(np.float64), planted.studies)
    return planted, regulons, model
