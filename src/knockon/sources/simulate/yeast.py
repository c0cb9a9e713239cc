"""A coherent simulated yeast in the published formats, with its truth beside it."""

from pathlib import Path

import yaml

from knockon.atomic import atomic_directory
from knockon.sources.simulate.dcell import write_dcell
from knockon.sources.simulate.genome import write_genome
from knockon.sources.simulate.manifest import manifest
from knockon.sources.simulate.networks import write_networks
from knockon.sources.simulate.ontology import build_ontology, write_ontology
from knockon.sources.simulate.profiles import write_profiles
from knockon.sources.simulate.references import write_references
from knockon.sources.simulate.screens import make_screens, write_screens
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strain_files import write_strains
from knockon.sources.simulate.text import write_lines
from knockon.sources.simulate.trigenic import write_trigenic
from knockon.sources.simulate.truth import write_truth
from knockon.sources.simulate.world import make_world


def simulate_yeast(folder: Path, settings: SimulationSettings) -> None:
    """Write a simulated yeast into `folder`, which is replaced as a whole once everything is written.

    The files have the relative paths and formats of the public ones; `manifest.yaml` names them, and `truth/` holds
    the planted parameters and the true value of every measurement as Parquet. Raises KnockonError where the settings
    ask for more pairs than the genes' strains give, or where the folder can't be written.
    """
    world = make_world(settings)
    screens, ontology = make_screens(world), build_ontology(world.planted)
    with atomic_directory(folder) as target:
        truth = target / "truth"
        truth.mkdir()
        write_genome(target / "genome", world)
        write_ontology(target, world, ontology)
        write_networks(target / "networks", world)
        write_strains(target / "smf", world)
        write_screens(target / "digenic", truth, world, screens)
        stem = write_dcell(target / "dcell", world, ontology)
        if settings.triples:
            write_trigenic(target / "trigenic", truth, world)
        write_profiles(target, world)
        write_references(target, world)
        write_truth(truth, world)
        entries = [entry for entry in manifest(stem) if (target / entry["path"]).exists()]
        write_lines(target / "manifest.yaml", [yaml.safe_dump(entries, sort_keys=False, allow_unicode=True)], end="")
