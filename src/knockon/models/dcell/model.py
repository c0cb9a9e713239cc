"""DCell as a model of strains, over the part of the Gene Ontology that the strains' genes fill."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from torch import nn

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.hashing import text_hash
from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import SMALLEST_TERM, Topology, build_topology
from knockon.models.dcell.subsystems import rank_subsystems, subsystem_shifts, write_states
from knockon.models.networks.batches import StrainBatches
from knockon.models.networks.model import NETWORK_SETTINGS, StrainModel
from knockon.models.protocol import Examples, Inputs
from knockon.represent.gene_features import independent
from knockon.training.settings import settings_from


@dataclass(frozen=True)
class Hierarchy:
    """What DCell is built from. ontology: child, parent. annotations: gene, term, evidence (codes).

    genes: those that are to be inputs, the ones that any strain perturbs.
    """

    ontology: pa.Table
    annotations: pa.Table
    genes: tuple[str, ...]

    def topology(self, smallest: int) -> Topology:
        """By DCell's rules; annotations that rest on genetic interactions alone are left out."""
        known = pc.is_in(self.annotations["gene"], value_set=pa.array(self.genes, pa.string()))
        rows = self.annotations.filter(pc.and_(known, pa.array(independent(self.annotations["evidence"]))))
        edges = zip(self.ontology["child"].to_pylist(), self.ontology["parent"].to_pylist(), strict=True)
        return build_topology(
            _one_root(list(edges)), zip(rows["gene"].to_pylist(), rows["term"].to_pylist(), strict=True), smallest
        )


def _one_root(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges, with one root above those that have no parent."""
    tops = {parent for _, parent in edges} - {child for child, _ in edges}
    return edges + [(top, "root") for top in sorted(tops)] if len(tops) > 1 else edges


class DCellDesign:
    """DCell of strains; genes outside the hierarchy have no effect."""

    name = "dcell"
    use_vectors = False

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

    def subsystems(self, genotypes: Genotypes) -> pa.Table:
        """How much each subsystem explains of the predictions of these strains; see `rank_subsystems`."""
        return rank_subsystems(self._network(), genotypes, self.predict(genotypes))

    def write_states(self, path: Path, genotypes: Genotypes) -> None:
        """Write the state of every term for every strain; see `dcell_subsystems.write_states`."""
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
    label: str,
    hierarchy: Hierarchy,
    smallest: int = SMALLEST_TERM,
    loss: str = "mse",
    loss_options: dict[str, Any] | None = None,
    training: dict[str, Any] | None = None,
    folder: Path | None = None,
) -> DCellModel:
    """DCell; smallest: fewest genes of a term. training: settings that differ from NETWORK_SETTINGS and DCell's."""
    settings = settings_from(NETWORK_SETTINGS | DCELL | (training or {}))
    return DCellModel(DCellDesign(hierarchy.topology(smallest)), label, settings, loss, loss_options, folder)


DCELL = {"learning_rate": 0.01, "weight_decay": 1.0, "clip": None, "batch_size": 1024, "epochs": 10}
"""As chosen on DCell's own example, but for many more strains."""
