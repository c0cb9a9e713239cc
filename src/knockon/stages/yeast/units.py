"""What the intervals of the yeast study draw: what its splits hold out."""

import numpy as np
import pyarrow as pa

from knockon.evaluation.units import Units, UnitsOf


def pairs(rows: pa.Table) -> Units:
    """Strains of one pair of genes are one draw, whatever their alleles, temperatures and sources.

    Of three genes the table names the first and the last: strains that share these are one draw, too.
    """
    return Units.groups("pair", *(rows[name].to_numpy() for name in ("unit_a", "unit_b", "perturbed")))


def genes(rows: pa.Table) -> Units:
    """Genes are drawn, with all their strains; a single mutant names its gene twice."""
    return Units(np.column_stack([rows[name].to_numpy() for name in ("unit_a", "unit_b")]), ("gene", "gene"))


UNITS: dict[str, UnitsOf] = {"pair": pairs, "gene": genes}
"""By split: pairs are held out, or genes with all their pairs."""
