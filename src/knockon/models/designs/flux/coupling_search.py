"""The child process of `coupling`: straindesign's search by number of deletions, which writes what it has after each.

python -m knockon.models.designs.flux.coupling_search question.json answer.json
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

from knockon.atomic import write_json
from knockon.threads import one_thread


def model_of(task: dict[str, Any]) -> Any:
    """The task's network as a cobra.Model, without the genes that the strain lacks."""
    import cobra

    model = cobra.Model("coupling")
    metabolites = {
        name: cobra.Metabolite(name, compartment="c") for entry in task["reactions"] for name in entry["parts"]
    }
    reactions = []
    for entry in task["reactions"]:
        reaction = cobra.Reaction(entry["id"], lower_bound=entry["lower"], upper_bound=entry["upper"])
        reaction.add_metabolites({metabolites[name]: value for name, value in entry["parts"].items()})
        reaction.gene_reaction_rule = entry["rule"]
        reactions.append(reaction)
    model.add_reactions(reactions)
    model.objective = task["growth"]
    absent = [gene for gene in task["absent"] if gene in model.genes]
    if absent:
        cobra.manipulation.remove_genes(model, absent, remove_reactions=False)
    return model


def search(task: dict[str, Any], answer: Path) -> None:
    """Search with one deletion, then two, …; write the designs and how far the search is complete."""
    import straindesign as sd

    model = model_of(task)
    growing = f"{task['growth']} >= {task['least_growth']!r}"
    modules = [
        sd.SDModule(model, sd.names.SUPPRESS, constraints=[growing, f"product <= {task['least_product']!r}"]),
        sd.SDModule(model, sd.names.PROTECT, constraints=[growing]),
    ]
    found: set[tuple[str, ...]] = set()
    for most in range(1, task["most"] + 1):
        solutions = sd.compute_strain_designs(
            model, sd_modules=modules, gene_kos=True, solver="glpk", max_cost=most, solution_approach="populate"
        )
        found |= {tuple(sorted(design)) for design in solutions.get_gene_sd()}
        write_json(answer, {"searched": most, "designs": sorted(found)})


if __name__ == "__main__":
    one_thread()
    logging.disable(logging.WARNING)
    search(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
