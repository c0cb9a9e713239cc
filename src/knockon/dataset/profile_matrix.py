"""Phenotypes of many values as a matrix: strains × components, and the genes that each strain lacks."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes


@dataclass(frozen=True)
class ProfileMatrix:
    """Profiles of one phenotype, in order of the strains' identifiers.

    ids: 16 hexadecimal digits of each strain's experiment. datasets: name of each strain's dataset, object (strains,).
    components: names, sorted. values: float64 (strains, components), in the units that `units` gives for each dataset,
    NaN where not measured.
    """

    ids: tuple[str, ...]
    datasets: NDArray[np.object_]
    genotypes: Genotypes
    components: tuple[str, ...]
    values: NDArray[np.float64]
    units: dict[str, str]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "ProfileMatrix":
        """The chosen strains."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        ids = tuple(self.ids[row] for row in rows)
        chosen, genotypes = self.values[rows], self.genotypes.take(rows)
        return ProfileMatrix(ids, self.datasets[rows], genotypes, self.components, chosen, self.units)


def profile_matrix(strains: pa.Table, values: pa.Table, phenotype: str, genes: tuple[str, ...]) -> ProfileMatrix:
    """Gather the mutant strains of a phenotype; no strains where none was measured.

    strains, values: PROFILE_STRAIN_SCHEMA and PROFILE_VALUE_SCHEMA. genes: sorted systematic names; strains with
    another gene, and wild types, are left out.
    """
    rows = strains.filter(pc.equal(strains["phenotype"], phenotype))
    outside = pc.invert(pc.fill_null(pc.is_in(rows["gene"], value_set=pa.array(genes, pa.string())), False))
    left_out = pc.unique(rows["id"].filter(outside))
    rows = rows.filter(pc.invert(pc.is_in(rows["id"], value_set=left_out)))
    rows = rows.sort_by([("id", "ascending"), ("gene", "ascending")])
    ids, first, counts = np.unique(rows["id"].to_numpy(), return_index=True, return_counts=True)
    places = pc.index_in(rows["gene"], value_set=pa.array(genes, pa.string())).to_numpy(zero_copy_only=False)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    genotypes = Genotypes(genes, indptr, places.astype(np.int32))
    datasets = rows["dataset"].to_numpy()[first].astype(object)
    own = values.filter(pc.is_in(values["id"], value_set=pa.array(ids, pa.string())))
    components = pc.unique(own["component"]).sort()
    matrix = np.full((len(ids), len(components)), np.nan)
    strain = pc.index_in(own["id"], value_set=pa.array(ids, pa.string())).to_numpy(zero_copy_only=False)
    place = pc.index_in(own["component"], value_set=components.cast(pa.string())).to_numpy(zero_copy_only=False)
    matrix[strain.astype(np.int64), place.astype(np.int64)] = own["value"].to_numpy()
    units = dict(zip(datasets[strain.astype(np.int64)].tolist(), own["unit"].to_pylist(), strict=True))
    return ProfileMatrix(tuple(ids.tolist()), datasets, genotypes, tuple(components.to_pylist()), matrix, units)
