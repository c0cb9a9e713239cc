"""What the queries for phenotypes of many values return: a long table of values, and the strains that they are of."""

import pyarrow as pa

from knockon.errors import KnockonError


def _column(name: str, kind: pa.DataType, unit: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"unit": unit})


PROFILE_VALUE_SCHEMA = pa.schema(
    [
        _column("id", pa.string(), "16 hexadecimal digits of the experiment"),
        _column("component", pa.string(), "amino acid, CalMorph parameter, transcript or doubling time"),
        _column("value", pa.float64(), "in the unit that the column unit names"),
        _column("unit", pa.string(), "unit of the value"),
    ]
)
"""One row a measured component (queries/yeast/profiles.cypher); what was not measured has no row."""

PROFILE_STRAIN_SCHEMA = pa.schema(
    [
        _column("id", pa.string(), "16 hexadecimal digits of the experiment"),
        _column("dataset", pa.string(), "name of the dataset"),
        _column("publication", pa.string(), "DOI or PubMed identifier"),
        _column("phenotype", pa.string(), "metabolome, morphology, expression or growth"),
        _column("strain", pa.string(), "strain as the source writes it"),
        _column("media", pa.string(), "name of the growth medium"),
        _column("temperature", pa.float64(), "°C", nullable=True),
        _column("measured", pa.int64(), "number of components with a value"),
        _column("gene", pa.string(), "systematic name of a perturbed gene; missing for a wild type", nullable=True),
        _column("kind", pa.string(), "kind of the perturbation; missing for a wild type", nullable=True),
        _column("allele", pa.string(), "allele, empty where the kind says all", nullable=True),
    ]
)
"""One row a perturbed gene of a strain, one row for a wild type (queries/yeast/profile_strains.cypher)."""


def declared(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Query rows in a declared schema. Raises KnockonError where a column is missing or of another type."""
    if missing := set(schema.names) - set(rows.column_names):
        raise KnockonError(f"the query returns no {', '.join(sorted(missing))}; see queries/yeast/profiles.cypher")
    try:
        return rows.select(schema.names).cast(schema)
    except pa.ArrowException as error:
        raise KnockonError(f"the query returns columns of another type: {error}") from error
