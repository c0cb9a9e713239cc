"""A small planted landscape for the tests of the models of protein variants."""

import numpy as np
import pyarrow as pa

from knockon.models.variants.inputs import VariantInputs
from knockon.represent.protein_tokens import esm_tokens, mutation_tokens, residue_codes
from knockon.sources.gfp.avgfp import MUTATION

REFERENCE = "SKGEELFTGVVPILVELDGD"
MUTANTS = "AKW"


def landscape(variants=900, seed=0, noise=0.05):
    """Names, lists of mutations and brightness: a sigmoid of planted effects, most of them harmful."""
    random = np.random.default_rng(seed)
    effects = -random.gamma(0.8, 1.6, (len(REFERENCE), len(MUTANTS)))
    rows, brightness = [], []
    for number in range(variants):
        count = 0 if number == 0 else 1 + number % 5
        places = np.sort(random.choice(len(REFERENCE), count, replace=False))
        chosen = random.integers(len(MUTANTS), size=count)
        kept = [(p, m) for p, m in zip(places, chosen, strict=True) if REFERENCE[p] != MUTANTS[m]]
        rows.append([{"position": int(p), "wild_type": REFERENCE[p], "mutant": MUTANTS[m]} for p, m in kept])
        latent = 3.0 + sum(effects[p, m] for p, m in kept)
        brightness.append(1.4 + 2.3 / (1 + np.exp(-latent)) + random.normal(0, noise))
    return pa.array(rows, pa.list_(MUTATION)), np.array(brightness)


def inputs(kind="mutations", variants=900, seed=0):
    """Inputs as mutation tokens or ESM tokens; three in five train, one in five validates, the rest is the test."""
    lists, brightness = landscape(variants, seed)
    rows = lists.to_pylist()
    names = tuple(":".join(f"{m['wild_type']}{m['position']}{m['mutant']}" for m in row) for row in rows)
    if kind == "mutations":
        matrix = mutation_tokens(lists, len(REFERENCE))
    else:
        matrix = esm_tokens(residue_codes([mutated(row) for row in rows]))
    place = np.arange(variants) % 5
    return VariantInputs(
        reference=REFERENCE,
        matrix=matrix,
        brightness=brightness,
        barcodes=np.where(np.arange(variants) % 7 == 0, 5, 1).astype(np.int32),
        mutations=np.array([len(row) for row in rows]),
        names=names,
        train=np.flatnonzero((place == 0) | (place == 2) | (place == 4)),
        validation=np.flatnonzero(place == 1),
    )


def mutated(row):
    """The protein of a list of mutations."""
    letters = list(REFERENCE)
    for mutation in row:
        letters[mutation["position"]] = mutation["mutant"]
    return "".join(letters)
