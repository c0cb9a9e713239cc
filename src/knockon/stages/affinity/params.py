"""The affinity study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.params import LEFT_OUT, NotNegative, Probability, Section, Seed, Share, Some


class Simulation(Section):
    """A planted pocket × pharmacophore truth, see `sources.simulate.affinity.AffinitySimulation`."""

    ligands: Annotated[int, Field(ge=30, le=10_000)] = LEFT_OUT
    proteins: Annotated[int, Field(ge=30, le=10_000)] = LEFT_OUT
    complexes: Annotated[int, Field(ge=100, le=100_000)] = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    seed: Seed = LEFT_OUT


class Sides(Section):
    """Shares of the measurements, and the seed by which groups are drawn."""

    validation: Share
    test: Share
    seed: Seed


class Split(Section):
    """How measurements are split; see docs/affinity.md for what each split promises.

    both: shares of ligands and of proteins in the split that is cold in both. ligand_similarity, near_ligand: Tanimoto
    similarities. protein_share, relatives: shares of 6-mers.
    """

    cold: Sides
    both: Sides
    ligand_similarity: Share
    protein_share: Share
    relatives: Some[Share]
    near_ligand: Probability


class Study(Section):
    """All of `affinity`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    split: Split
