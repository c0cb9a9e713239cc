"""The wanted phenotypes of the design study: from its files and from yeast's, one value a gene."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.wanted import WANTED_SCHEMA, one_a_gene, resolved, without_covariates
from knockon.errors import KnockonError, nearest
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.sources.design.betaxanthin import read_betaxanthin
from knockon.sources.design.sgd_phenotypes import ACCUMULATION, read_sgd_phenotypes
from knockon.sources.reading import REJECT_SCHEMA
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.sgd_features import read_sgd_features
from knockon.stages.design import paths

LEFT_OUT = {
    "betaxanthin": (),
    "metabolome": ("metabolome", "locus"),
    "literature": ("literature",),
    "growth": ("fitness", "growth"),
}
"""Group of phenotypes → the blocks of features that a model of one is told nothing of: those that hold the phenotype.

Amino acids are told without the place on the genome, too: deletions up to 80 kb apart are alike in them, as strains
that share a plate of the collection are, and nothing that a gene does reaches so far (`python -m benchmarks.places`).
"""

BETAXANTHIN, OF_SIZE, GROWTH = "betaxanthin", "betaxanthin_without_size", "growth"

# Fewer colonies give no standard error.
_COLONIES = 2
_USUAL = 4


@dataclass(frozen=True)
class Wanted:
    """One phenotype. genes: int64 (measured,), distinct numbers of genes; values, errors: float64 (measured,)."""

    name: str
    group: str
    genes: Rows
    values: Values
    errors: Values

    def measured(self, genes: tuple[str, ...], rows: Rows) -> Measured:
        """Some of its genes as strains of one knock-out."""
        strains = Genotypes(genes, np.arange(len(rows) + 1, dtype=np.int64), self.genes[rows].astype(np.int32))
        return Measured(strains, self.values[rows], self.errors[rows])


def wanted(table: pa.Table, genes: tuple[str, ...], name: str) -> Wanted:
    """A phenotype of WANTED_SCHEMA. Raises KnockonError where there is none of the name, with the nearest."""
    rows = table.filter(pc.equal(table["phenotype"], name))
    if not rows.num_rows:
        known = pc.unique(table["phenotype"]).to_pylist()
        raise KnockonError(f"there is no wanted phenotype {name!r}{nearest(name, known)}")
    place = pc.index_in(rows["gene"], value_set=pa.array(genes, pa.string()))
    rows = rows.filter(pc.is_valid(place))
    numbers = pc.drop_null(place).to_numpy().astype(np.int64)
    errors = rows["error"].to_numpy(zero_copy_only=False).astype(np.float64)
    return Wanted(name, rows["group"][0].as_py(), numbers, rows["value"].to_numpy(), errors)


def names_of(table: pa.Table, groups: list[str]) -> list[str]:
    """Names of the phenotypes of some groups, in the table's order."""
    own = table.filter(pc.is_in(table["group"], value_set=pa.array(groups, pa.string())))
    return [str(name) for name in dict.fromkeys(own["phenotype"].to_pylist())]


def collect(features: GeneFeatures, fewest: int) -> tuple[pa.Table, pa.Table]:
    """All phenotypes (WANTED_SCHEMA), and what was refused or merged. fewest: genes of a chemical of the literature."""
    screened, rejects = betaxanthin()
    amino_acids = _of_block(features, "metabolome", "metabolome")
    growth = _growth(features)
    reported = literature(features.genes, fewest)
    return pa.concat_tables([*screened, *amino_acids, *growth, *reported]), rejects


def betaxanthin() -> tuple[list[pa.Table], pa.Table]:
    """The screen with and without colony size, and what of its file was refused or merged."""
    found = read_betaxanthin(paths.BETAXANTHIN)
    file = paths.BETAXANTHIN.name
    rows, unknown = resolved(file, found.table, GeneNames(read_sgd_features(paths.GENE_NAMES).table), "written")
    colonies = rows["betaxanthin_48h_colonies"].to_numpy()
    few = pa.array(colonies < _COLONIES)
    lone = rows.filter(few)
    alone = pa.Table.from_arrays(
        [pa.repeat(file, lone.num_rows), lone["line"], lone["written"], pa.repeat("a single colony", lone.num_rows)],
        schema=REJECT_SCHEMA,
    )
    rows = rows.filter(pc.invert(few))
    value, size, spread = (
        rows[name].to_numpy(zero_copy_only=False)
        for name in ("betaxanthin_48h", "size_48h", "betaxanthin_48h_deviation")
    )
    error = standard_errors(spread, rows["betaxanthin_48h_colonies"].to_numpy())
    tables, notes = [], REJECT_SCHEMA.empty_table()
    for name, values in ((BETAXANTHIN, value), (OF_SIZE, without_covariates(value, size[:, None]))):
        own, notes = one_a_gene(file, rows, values, error)
        tables.append(_named(own, name, "betaxanthin"))
    return tables, pa.concat_tables([found.rejects, unknown, alone, notes]).sort_by("line")


def standard_errors(deviations: Values, counts: Values) -> Values:
    """Of means of a few colonies, float64 (genes,): deviations drawn towards that of all, which counts as _USUAL more
    colonies; two that happen to be alike are no exact measurement.
    """
    freedom = counts - 1
    usual = (freedom * deviations**2).sum() / freedom.sum()
    return np.asarray(np.sqrt((freedom * deviations**2 + _USUAL * usual) / (freedom + _USUAL) / counts))


def _named(rows: pa.Table, name: str, group: str) -> pa.Table:
    columns = [pa.repeat(name, rows.num_rows), pa.repeat(group, rows.num_rows)]
    return pa.Table.from_arrays(
        [*columns, *(rows[each] for each in ("gene", "value", "error", "strains"))], schema=WANTED_SCHEMA
    )


def _measured(genes: tuple[str, ...], values: Values) -> pa.Table:
    known = np.flatnonzero(np.isfinite(values))
    names = [genes[place] for place in known.tolist()]
    ones = np.ones(len(known), dtype=np.int32)
    return pa.table(
        {"gene": names, "value": values[known], "error": pa.nulls(len(known), pa.float64()), "strains": ones}
    )


def _of_block(features: GeneFeatures, block: str, group: str) -> list[pa.Table]:
    """Every feature of a block as a phenotype."""
    names = [name.partition("/")[2] for name in features.names if name.startswith(f"{block}/")]
    values = features.block(block).astype(np.float64)
    return [_named(_measured(features.genes, values[:, place]), name, group) for place, name in enumerate(names)]


def _growth(features: GeneFeatures) -> list[pa.Table]:
    """Fitness of single deletions, the mean over temperatures."""
    values = features.block("fitness").astype(np.float64)
    known = np.isfinite(values)
    mean = np.where(known, values, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return [_named(_measured(features.genes, np.where(known.any(axis=1), mean, np.nan)), GROWTH, GROWTH)]


def literature(genes: tuple[str, ...], fewest: int) -> list[pa.Table]:
    """Of each chemical 1 for genes whose null mutant was reported to accumulate it, 0 for the others of the file.

    fewest: genes of a chemical, below which there is nothing to score.
    """
    facts = read_sgd_phenotypes(paths.SGD_PHENOTYPES).table
    facts = facts.filter(pc.is_in(facts["gene"], value_set=pa.array(genes, pa.string())))
    studied = pc.unique(facts["gene"]).sort()
    up = facts.filter(pc.and_(pc.equal(facts["effect"], "increased"), pc.equal(facts["observed"], ACCUMULATION)))
    by_chemical: dict[str, set[str]] = {}
    for gene, chemical in zip(up["gene"].to_pylist(), up["chemical"].to_pylist(), strict=True):
        by_chemical.setdefault(chemical, set()).add(gene)
    tables = []
    for chemical in sorted(by_chemical):
        own = by_chemical[chemical]
        if len(own) >= fewest:
            values = np.array([float(gene in own) for gene in studied.to_pylist()])
            ones = np.ones(len(studied), dtype=np.int32)
            rows = pa.table(
                {"gene": studied, "value": values, "error": pa.nulls(len(values), pa.float64()), "strains": ones}
            )
            tables.append(_named(rows, f"reported {chemical}", "literature"))
    return tables


def read_wanted() -> pa.Table:
    """The phenotypes as design_features wrote them. Raises KnockonError where they are absent."""
    if not paths.PHENOTYPES.is_file():
        raise KnockonError(f"{paths.PHENOTYPES}: is missing; run `dvc repro design_features` or `dvc pull`")
    return pq.read_table(paths.PHENOTYPES, schema=WANTED_SCHEMA)
