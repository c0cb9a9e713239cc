"""Double mutants by direction: A×B (query A, array B) and B×A. What both agree on bounds any model.

`forward` is the direction whose query gene comes first in the alphabet. A row is one pair of perturbations (kind and
allele) in one environment, phenotype and dataset. On the metabolic matrix of Costanzo et al. 2016 (doi
10.1126/science.aaf1420) Pearson's r between the directions is 0.17 over the 134,328 pairs that have both.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.aggregate import floats, missing_where_nan, segment_starts, weighted_means
from knockon.dataset.identity import flat, parse_hex
from knockon.dataset.records import AGGREGATED_SCHEMA

DIRECTION_SCHEMA = pa.schema(
    [
        AGGREGATED_SCHEMA.field("key"),
        AGGREGATED_SCHEMA.field("group"),
        pa.field("dataset", pa.string(), nullable=False, metadata={"unit": "name in sources/registry.yaml"}),
        AGGREGATED_SCHEMA.field("phenotype"),
        pa.field("forward", pa.float64(), metadata={"unit": "the phenotype's unit, query gene first"}),
        pa.field("reverse", pa.float64(), metadata={"unit": "the phenotype's unit, query gene second"}),
        pa.field("forward_standard_error", pa.float64(), metadata={"unit": "the phenotype's unit; missing if unknown"}),
        pa.field("reverse_standard_error", pa.float64(), metadata={"unit": "the phenotype's unit; missing if unknown"}),
    ]
)

_NEEDED = ["id", "key", "group", "dataset", "phenotype", "value", "standard_error", "perturbations", "query_gene"]


def directions(records: pa.Table) -> pa.Table:
    """Pairs by direction, from keyed raw records (aggregate.add_keys): DIRECTION_SCHEMA, sorted by key.

    Several records of one direction are averaged as in aggregate.py. A direction that was not measured is missing;
    records without a query gene have none.
    """
    directed, direction = _directed(records)
    if not len(directed):
        return DIRECTION_SCHEMA.empty_table()
    keys, datasets = directed["key"].to_numpy(), _codes(directed["dataset"])
    order = np.lexsort([parse_hex(directed["id"])[0], direction, datasets, keys])
    keys, datasets, direction = keys[order], datasets[order], direction[order]
    starts = segment_starts(keys, datasets, direction)
    values, errors = floats(directed["value"])[order], floats(directed["standard_error"])[order]
    means = weighted_means(values, errors, starts)
    keys, datasets, direction = keys[starts], datasets[starts], direction[starts]
    pairs = segment_starts(keys, datasets)
    row = np.repeat(np.arange(len(pairs)), np.diff(np.append(pairs, len(keys))))
    named = directed.select(["key", "group", "dataset", "phenotype"]).take(pa.array(order[starts[pairs]]))
    placed = np.full((2, 2, len(pairs)), np.nan)
    placed[:, direction, row] = means.value, means.standard_error
    columns = [*named.columns, *(missing_where_nan(column) for column in placed.reshape(4, -1))]
    return pa.Table.from_arrays(columns, schema=DIRECTION_SCHEMA)


def in_both(pairs: pa.Table) -> int:
    """How many pairs of such a table were measured in both directions."""
    return len(pairs.filter(pc.and_(pairs["forward"].is_valid(), pairs["reverse"].is_valid())))


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
