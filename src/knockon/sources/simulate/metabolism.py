"""A simulated metabolic model in the form of yeast-GEM, in which growth needs the product of every buffered module.

A module that buffers is a chain of reactions from glucose to its product. A step whose gene is not essential has a way
around it without a gene, which costs glucose: deletions of such genes slow growth, the others' end it.
"""

from pathlib import Path

import numpy as np

from knockon.sources.simulate.networks import members_of
from knockon.sources.simulate.text import write_lines
from knockon.sources.simulate.world import World

NAMED = ("L-tyrosine", "L-phenylalanine")
"""The products of the first modules. What follows them is called "product" and the module's number."""

_HIGHEST = 1000
_GLUCOSE, _SUPPLY, _AMMONIUM, _BIOMASS = "s_glucose", "s_glucose_e", "s_ammonium_e", "s_biomass"


class _Model:
    """Entries of a model, as text."""

    def __init__(self) -> None:
        self.metabolites: list[str] = []
        self.reactions: list[str] = []
        self.genes: dict[str, None] = {}

    def metabolite(self, identifier: str, name: str, compartment: str = "c") -> None:
        self.metabolites.append(_entry(identifier, name, [f'compartment: "{compartment}"']))

    def reaction(
        self,
        identifier: str,
        name: str,
        parts: dict[str, str],
        gene: str = "",
        subsystem: str = "",
        lower: int = 0,
        objective: bool = False,
    ) -> None:
        rest = ["metabolites: !!omap", *(f"    - {part}: {amount}" for part, amount in parts.items())]
        rest += [f"lower_bound: {lower}", f"upper_bound: {_HIGHEST}"]
        rest += ["objective_coefficient: 1"] if objective else []
        rest.append(f'gene_reaction_rule: "{gene}"')
        rest += [f'subsystem:\n          - "{subsystem}"'] if subsystem else []
        self.reactions.append(_entry(identifier, name, rest))
        if gene:
            self.genes[gene] = None


def write_metabolism(path: Path, world: World) -> None:
    """Write the model."""
    model = _Model()
    needed = _supplies(model)
    names = iter(NAMED)
    modules = members_of(world.planted, serial=False)
    for module, genes in modules:
        needed[_chain(model, world, module, genes.tolist(), next(names, None))] = "-0.1"
    model.metabolite(_BIOMASS, "biomass")
    model.reaction("r_biomass", "biomass pseudoreaction", needed | {_BIOMASS: "1"})
    model.reaction("r_growth", "growth", {_BIOMASS: "-1"}, objective=True)
    entries = [f'    - !!omap\n      - id: "{name}"\n      - name: "{name}"' for name in sorted(model.genes)]
    parts = {"metabolites": model.metabolites, "reactions": model.reactions, "genes": entries}
    lines = ["---", "!!omap", '- metaData:\n    id: "simulated"']
    for part, listed in parts.items():
        lines += [f"- {part}:" if listed else f"- {part}: []", *listed]
    write_lines(path, lines)


def _supplies(model: _Model) -> dict[str, str]:
    """Glucose and ammonium from outside; what of them a unit of biomass takes."""
    model.metabolite(_SUPPLY, "D-glucose", "e")
    model.metabolite(_GLUCOSE, "D-glucose")
    model.metabolite(_AMMONIUM, "ammonium", "e")
    model.reaction("r_glucose_exchange", "D-glucose exchange", {_SUPPLY: "-1"}, lower=-1)
    model.reaction("r_ammonium_exchange", "ammonium exchange", {_AMMONIUM: "-1"}, lower=-_HIGHEST)
    model.reaction("r_glucose_transport", "D-glucose transport", {_SUPPLY: "-1", _GLUCOSE: "1"})
    return {_AMMONIUM: "-1", _GLUCOSE: "-0.5"}


def _chain(model: _Model, world: World, module: int, genes: list[int], name: str | None) -> str:
    """The reactions of a module; the identifier of its product. A named product can be taken up and given off."""
    subsystem = f"simulated pathway {module}"
    model.reaction(f"r_{module:04d}_entry", f"entry {module}", {_GLUCOSE: "-1", f"s_{module:04d}_0": "1"})
    for step, gene in enumerate(genes):
        ends = {f"s_{module:04d}_{step}": "-1", f"s_{module:04d}_{step + 1}": "1"}
        model.metabolite(f"s_{module:04d}_{step}", f"intermediate {module}-{step}")
        systematic = str(world.genes.systematic[gene])
        model.reaction(f"r_{module:04d}_{step}", f"simulated reaction {module}-{step}", ends, systematic, subsystem)
        if not world.planted.essential[gene]:
            cost = f"-{_detour(world, gene)}"
            model.reaction(f"r_{module:04d}_{step}_detour", f"detour {module}-{step}", ends | {_GLUCOSE: cost})
    product = f"s_{module:04d}_{len(genes)}"
    model.metabolite(product, name or f"product {module}")
    if name:
        model.metabolite(f"{product}_e", name, "e")
        model.reaction(
            f"r_{module:04d}_transport", f"{name} transport", {product: "-1", f"{product}_e": "1"}, lower=-_HIGHEST
        )
        model.reaction(f"r_{module:04d}_exchange", f"{name} exchange", {f"{product}_e": "-1"})
    return product


def _detour(world: World, gene: int) -> float:
    """Glucose that a turn around a gene's step costs: the more, the more the gene matters."""
    return round(float(np.clip(2 + 2 * world.planted.importance[gene], 0.1, 8.0)), 2)


def _entry(identifier: str, name: str, rest: list[str]) -> str:
    lines = [f'id: "{identifier}"', f'name: "{name}"', *rest]
    marked = [f"      {line}" if line.startswith(" ") else f"      - {line}" for line in lines]
    return "\n".join(["    - !!omap", *marked])
