"""The same double mutant made in both directions: A×B (query A, array B) against B×A. What they agree on bounds any
model.

`forward` is the direction whose query gene comes first in the alphabet. Both directions must have the same
perturbations (kind and allele), environment, phenotype and dataset. On the metabolic matrix of Costanzo et al. 2016
(doi 10.1126/science.aaf1420) Pearson's r between them is 0.17 over 134,328 pairs.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.aggregate import floats, missing_where_nan, segment_starts, weighted_means
from knockon.dataset.identity import flat, parse_hex
from knockon.dataset.records import AGGREGATED_SCHEMA

RECIPROCAL_SCHEMA = pa.schema(
    [
        AGGREGATED_SCHEMA.field("key"),
        AGGREGATED_SCHEMA.field("group"),
        pa.field("dataset", pa.string(), nullable=False, metadata={"unit": "name in sources/registry.yaml"}),
        AGGREGATED_SCHEMA.field("phenotype"),
        pa.field("forward", pa.float64(), nullable=False, metadata={"unit": "the phenotype's unit, query gene first"}),
        pa.field("reverse", pa.float64(), nullable=False, metadata={"unit": "the phenotype's unit, query gene second"}),
        pa.field("forward_standard_error", pa.float64(), metadata={"unit": "the phenotype's unit; missing if unknown"}),
        pa.field("reverse_standard_error", pa.float64(), metadata={"unit": "the phenotype's unit; missing if unknown"}),
    ]
)

_NEEDED = ["id", "key", "group", "dataset", "phenotype", "value", "standard_error", "perturbations", "query_gene"]


def reciprocal(records: pa.Table) -> pa.Table:
    """Pairs measured in both directions, from keyed raw records (aggregate.add_keys): RECIPROCAL_SCHEMA, sorted by key.

    Several records of one direction are averaged as in aggregate.py. Records without a query gene have no direction.
    """
    directed, direction = _directed(records)
    if not len(directed):
        return RECIPROCAL_SCHEMA.empty_table()
    keys, datasets = directed["key"].to_numpy(), _codes(directed["dataset"])
    order = np.lexsort([parse_hex(directed["id"])[0], direction, datasets, keys])
    keys, datasets, direction = keys[order], datasets[order], direction[order]
    starts = segment_starts(keys, datasets, direction)
    values, errors = floats(directed["value"])[order], floats(directed["standard_error"])[order]
    means = weighted_means(values, errors, starts)
    # A segment that is followed by one of the same key and dataset is its forward half: direction sorts 0 before 1.
    keys, datasets = keys[starts], datasets[starts]
    forward = np.flatnonzero((keys[1:] == keys[:-1]) & (datasets[1:] == datasets[:-1]))
    named = directed.select(["key", "group", "dataset", "phenotype"]).take(pa.array(order[starts[forward]]))
    columns = [
        *named.columns,
        *[pa.array(means.value[forward + step]) for step in (0, 1)],
        *[missing_where_nan(means.standard_error[forward + step]) for step in (0, 1)],
    ]
    return pa.Table.from_arrays(columns, schema=RECIPROCAL_SCHEMA)


def _directed(records: pa.Table) -> tuple[pa.Table, NDArray[np.int8]]:
    """Records of two genes whose query is one of them, and their direction: 0 if it is the first gene, 1 the second."""
    pairs = records.select(_NEEDED).filter(pc.equal(pc.list_value_length(records["perturbations"]), 2))
    genes = pc.struct_field(flat(pairs["perturbations"])[0], "gene")
    even = np.arange(0, len(genes), 2)
    query = pairs["query_gene"].combine_chunks()
    first = _equal(genes.take(pa.array(even)), query)
    second = _equal(genes.take(pa.array(even + 1)), query)
    directed = pairs.drop(["perturbations"]).filter(pa.array(first | second))
    return directed, second[first | second].astype(np.int8)


def _equal(left: pa.Array, right: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(left, right).fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _codes(names: pa.ChunkedArray) -> NDArray[np.int64]:
    """Place of each name among the sorted distinct names."""
    distinct = pc.unique(names)
    distinct = distinct.take(pc.sort_indices(distinct))
    return pc.index_in(names, value_set=distinct).to_numpy().astype(np.int64)
