"""DCell as a model of strains, over the part of the Gene Ontology that the strains' genes fill."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from torch import nn

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.hashing import text_hash
from knockon.models.context import Context, Inputs
from knockon.models.dcell.hierarchy import topology_of
from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import SMALLEST_TERM, Topology
from knockon.models.dcell.subsystems import rank_subsystems, subsystem_shifts, write_states
from knockon.models.networks.batches import StrainBatches
from knockon.models.networks.model import StrainModel, settings_of
from knockon.models.protocol import Examples, Subsystems


class DCellDesign:
    """DCell of strains; genes outside the hierarchy have no effect."""

    name = "dcell"
    reads_vectors = False

    def __init__(self, topology: Topology) -> None:
        self.topology = topology

    def describe(self) -> dict[str, Any]:
        """The hierarchy, by a hash."""
        text = "\n".join(f"{term.name} {term.genes} {term.children}" for term in self.topology.terms)
        return {"topology": f"{text_hash(text):016x}"}

    def batches(self, genotypes: Genotypes) -> StrainBatches:
        """The strains as sets of genes."""
        return StrainBatches(genotypes)

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> DCell:
        """An unfitted network for strains over these genes."""
        return DCell(self.topology, genes, heads, outputs)

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Nothing is learnt before training."""


class DCellModel(StrainModel):
    """DCell behind the `Model` protocol; once it is fitted or loaded it tells about its subsystems."""

    @property
    def subsystems(self) -> Subsystems | None:
        """Itself."""
        return self

    def rank(self, genotypes: Genotypes) -> pa.Table:
        """How much each subsystem explains of the predictions of these strains; see `rank_subsystems`."""
        return rank_subsystems(self._network(), genotypes, self.predict(genotypes))

    def write_states(self, path: Path, genotypes: Genotypes) -> None:
        """Write the state of every term for every strain; see `subsystems.write_states`."""
        write_states(path, self._network(), genotypes)

    def shifts(self, genotypes: Genotypes) -> pa.Table:
        """How far each strain moves each subsystem's own guess at the label; see `subsystem_shifts`."""
        network = self._network()
        assert self._module is not None
        return subsystem_shifts(network, genotypes, self._module.loss.decode)

    def _network(self) -> DCell:
        if self._module is None:
            raise KnockonError(f"{self.name}: fit it or load it first")
        network = self._module.network
        assert isinstance(network, DCell)
        return network


def dcell(
    inputs: Inputs,
    context: Context,
    *,
    smallest: int = SMALLEST_TERM,
) -> DCellModel:
    """DCell; smallest: fewest genes of a term."""
    design = DCellDesign(topology_of(context.hierarchy(), smallest))
    return DCellModel(design, context, settings_of(context, DCELL))


DCELL = {"learning_rate": 0.01, "weight_decay": 1.0, "clip": None, "batch_size": 1024, "epochs": 10}
"""As chosen on DCell's own example, but for many more strains."""
