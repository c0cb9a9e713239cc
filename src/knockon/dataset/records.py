"""The experiment record: one row is one measured phenotype of one strain. Declared once, for both sides of a wall."""

import pyarrow as pa


def _field(name: str, kind: pa.DataType, unit: str, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"unit": unit})


PERTURBATION_KINDS = ("deletion", "damp", "ts", "allele", "suppressor", "overexpression", "unknown")
"""What was done to a gene. `deletion` removes it; `damp` destabilises its mRNA (decreased abundance by mRNA
perturbation); `ts` is a temperature-sensitive allele; `allele` any other point mutant; `suppressor` a strain that
carries a second-site suppressor."""

PHENOTYPES = ("fitness", "interaction", "s_score")
"""`fitness`: colony growth relative to wild type (1 = wild type). `interaction`: ε (pairs) or τ (triples), in units of
fitness. `s_score`: the E-MAP S-score, a modified t statistic, without unit."""

PERTURBATION = pa.struct(
    [
        _field("gene", pa.string(), "systematic name", nullable=False),
        _field("kind", pa.string(), "one of PERTURBATION_KINDS", nullable=False),
        _field("allele", pa.string(), "the lab's allele name; empty where the source gives none", nullable=False),
    ]
)

RECORD_SCHEMA = pa.schema(
    [
        _field("id", pa.string(), "16 hexadecimal digits, stable hash of the measurement", nullable=False),
        _field("dataset", pa.string(), "name in sources/registry.yaml", nullable=False),
        _field("publication", pa.string(), "DOI or PubMed identifier", nullable=False),
        _field("perturbations", pa.list_(PERTURBATION), "sorted by gene, kind, allele", nullable=False),
        _field("query_gene", pa.string(), "systematic name of the query strain's gene; empty for single mutants"),
        _field("media", pa.string(), "name of the growth medium", nullable=False),
        _field("temperature", pa.float64(), "°C"),
        _field("phenotype", pa.string(), "one of PHENOTYPES", nullable=False),
        _field("value", pa.float64(), "the phenotype's unit", nullable=False),
        _field("standard_error", pa.float64(), "the phenotype's unit; missing where not reported"),
        _field("n", pa.int32(), "number of measurements behind the value", nullable=False),
        _field("p_value", pa.float64(), "probability, 0 to 1; missing where not reported"),
        _field("reference", pa.float64(), "value of the wild type, in the phenotype's unit", nullable=False),
        _field(
            "reconstructed",
            pa.bool_(),
            "true where the value was computed from others, not measured",
            nullable=False,
        ),
    ]
)
"""A raw record: one row of one source."""

AGGREGATED_SCHEMA = pa.schema(
    [
        _field("key", pa.uint64(), "identity hash: perturbations, environment, phenotype", nullable=False),
        _field(
            "group",
            pa.uint64(),
            "hash of the unordered set of perturbed genes: what a pair split keeps together",
            nullable=False,
        ),
        _field("dataset", pa.string(), "names joined by + where several contribute", nullable=False),
        *[
            RECORD_SCHEMA.field(name)
            for name in ("perturbations", "media", "temperature", "phenotype", "value", "standard_error")
        ],
        _field("n", pa.int32(), "number of measurements that were averaged", nullable=False),
        _field("p_value", pa.float64(), "of all records together (Stouffer), 0 to 1; missing where none was reported"),
        _field("spread", pa.float64(), "standard deviation between the averaged records; missing for one record"),
        *[RECORD_SCHEMA.field(name) for name in ("reference", "reconstructed")],
    ]
)
"""A deduplicated record: the inverse-variance mean of all raw records of one identity."""
