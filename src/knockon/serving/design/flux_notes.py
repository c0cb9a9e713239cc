"""What the metabolic model says of deleting a gene, as sentences about the wanted phenotype."""

from collections.abc import Mapping
from pathlib import Path

from knockon.errors import FormatError
from knockon.serving.design.evidence import FluxNote

PRECURSOR = {"betaxanthin": "tyrosine", "betaxanthin_without_size": "tyrosine"}
"""Phenotype → the metabolite of the model that it is made of, where its own name is none."""
_LEAST = 1e-3
"""Of the wild type's yield, or of its whole flux: what is less is a solver's tolerance."""
_DEAD = 0.01


def read_flux_notes(path: Path, phenotype: str, maximise: bool) -> dict[str, FluxNote]:
    """By gene, from the columns growth_…, yield_… and scan_… that design_flux writes.

    A gene that the model lacks, or whose deletion changes nothing in it, has no note; without the file nobody has.
    Raises FormatError where the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return {}
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"{path}: is damaged ({error}); run `dvc checkout`, or make it again") from error
    product = PRECURSOR.get(phenotype, phenotype).removeprefix("reported ")
    growth = next((name for name in table.column_names if name.startswith("growth_")), "")
    wanted = [name for name in (growth, f"yield_{product}", f"scan_{product}") if name in table.column_names]
    notes = {}
    for row in table.select(["gene", *wanted]).to_pylist():
        known = {
            name.partition("_")[0]: row[name] for name in wanted if row[name] is not None and row[name] == row[name]
        }
        if (note := _note(known, product, maximise)) is not None:
            notes[row["gene"]] = note
    return notes


def _note(known: Mapping[str, float], product: str, maximise: bool) -> FluxNote | None:
    if known.get("growth", 1.0) < _DEAD:
        return FluxNote("in the metabolic model growth stops without it", False)
    change, scan = known.get("yield", 0.0), known.get("scan", 0.0)
    if abs(change) >= _LEAST:
        way = "rises" if change > 0 else "falls"
        return FluxNote(
            f"in the metabolic model the best yield of {product} {way} by {abs(change):.1%}", (change > 0) == maximise
        )
    if abs(scan) >= _LEAST:
        way = "less" if scan < 0 else "more"
        text = (
            f"in the metabolic model its reactions carry {way} flux where {product} is made at its best than in growth"
        )
        return FluxNote(text, (scan < 0) == maximise)
    return None
