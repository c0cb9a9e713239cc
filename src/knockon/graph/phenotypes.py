"""What was measured: experiments of one value and profiles of many, of all files of the manifest."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from knockon.graph.adapters.context import Context
from knockon.graph.adapters.experiments import Experiments, MeasurementSource
from knockon.graph.adapters.naming import Naming
from knockon.graph.adapters.profiles import Profiles, growth_profiles
from knockon.graph.library import Library, provenance
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.progress import track
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.sources.yeast.smf import GROWTH_SCHEMA


def phenotypes(library: Library, naming: Naming, scratch: Path) -> Iterator[NodeTable | EdgeTable]:
    """Yield experiments, profiles, and the environments, data sets and publications of both."""
    context = Context()
    experiments = Experiments(scratch, naming, context)
    for file in track(library.experiments(), "reading experiments"):
        experiments.add(MeasurementSource(**vars(provenance(file)), blocks=library.blocks(file)))
    yield from experiments.tables()
    yield from _profiles(library, naming, context)
    yield from context.tables()


def _profiles(library: Library, naming: Naming, context: Context) -> Iterator[NodeTable | EdgeTable]:
    formats = [name for name, known in library.formats.items() if known.schema in (PROFILE_SCHEMA, GROWTH_SCHEMA)]
    profiles = Profiles(naming, context)
    for file in track(library.of_format(*formats), "reading profiles"):
        rows = library.read(file)
        if rows.schema.equals(GROWTH_SCHEMA):
            rows = growth_profiles(rows, PROFILE_SCHEMA)
        profiles.add(provenance(file), rows)
    described: pa.Table | None = library.joined("scmd_parameters")
    yield from profiles.tables(described)
