"""What became of the rows of a person's own files: how many were kept, which were not and why, with examples."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.dataset.identity import flat, keys
from knockon.hashing import Hashes, combine, hash_column

EXAMPLES = 5
"""So many examples stand behind each reason."""

EXCLUDED = "left out by yeast.dataset.exclude"
NO_PARTNER = "kept as ε, but without a computed fitness: no single-mutant fitness of a gene at the pair's temperature"


@dataclass
class OwnRows:
    """Collects the records of some datasets while all records pass by; free of cost where there are none.

    datasets: the names of the own ones.
    """

    datasets: frozenset[str]
    _records: Counter[tuple[str, str]] = field(default_factory=Counter)
    _keys: dict[str, list[Hashes]] = field(default_factory=dict)
    _pairs: list[pa.Table] = field(default_factory=list)
    _singles: list[Hashes] = field(default_factory=list)

    def add(self, records: pa.Table) -> None:
        """Take in records (RECORD_SCHEMA) that enter the dataset."""
        if not self.datasets:
            return
        self._singles.append(np.unique(_members(_singles(records))))
        own = records.filter(pc.is_in(records["dataset"], value_set=pa.array(sorted(self.datasets))))
        if not len(own):
            return
        grouped = own.select(["dataset", "phenotype"]).group_by(["dataset", "phenotype"]).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            self._records[row["dataset"], row["phenotype"]] += row["count_all"]
        for name in pc.unique(own["dataset"]).to_pylist():
            self._keys.setdefault(name, []).append(keys(own.filter(pc.equal(own["dataset"], name))))
        pair = pc.equal(pc.list_value_length(own["perturbations"]), 2)
        pairs = own.filter(pc.and_(pair, pc.equal(own["phenotype"], "interaction")))
        self._pairs.append(pairs.select(["dataset", "perturbations", "temperature"]))

    def records(self, dataset: str) -> dict[str, int]:
        """Records of a dataset by phenotype."""
        return {phenotype: count for (name, phenotype), count in sorted(self._records.items()) if name == dataset}

    def repeats(self, dataset: str) -> int:
        """Records of a dataset that are averaged with another one of it: the same strain in the same environment."""
        found = np.concatenate([np.zeros(0, np.uint64), *self._keys.get(dataset, [])])
        return len(found) - len(np.unique(found))

    def without_partner(self, dataset: str) -> list[dict[str, Any]]:
        """The pairs whose fitness can't be computed from ε, as `reasons` gives them."""
        tables = [table.filter(pc.equal(table["dataset"], dataset)) for table in self._pairs]
        if not sum(map(len, tables)):
            return []
        pairs = pa.concat_tables(tables)
        known = np.concatenate(self._singles)
        unknown = ~np.isin(_members(pairs), known)
        lacking = unknown.reshape(-1, 2).any(axis=1)
        genes = pc.struct_field(flat(pairs["perturbations"])[0], "gene").filter(pa.array(unknown))
        counts = sorted(pc.value_counts(genes).to_pylist(), key=lambda each: (-each["counts"], each["values"]))
        examples = [f"{each['values']} ({each['counts']} pairs)" for each in counts[:EXAMPLES]]
        return [{"reason": NO_PARTNER, "rows": int(lacking.sum()), "examples": examples}] if lacking.any() else []


def _singles(records: pa.Table) -> pa.Table:
    single = pc.equal(pc.list_value_length(records["perturbations"]), 1)
    return records.filter(pc.and_(single, pc.equal(records["phenotype"], "fitness")))


def _members(records: pa.Table) -> Hashes:
    """Hash of gene, kind and temperature of every perturbation, row by row."""
    perturbed, counts = flat(records["perturbations"])
    celsius = records["temperature"].combine_chunks().take(pa.array(np.repeat(np.arange(len(records)), counts)))
    parts = [pc.struct_field(perturbed, "gene"), pc.struct_field(perturbed, "kind"), celsius]
    return combine([hash_column(part) for part in parts])


def rejected(rejects: pa.Table, source: str) -> list[dict[str, Any]]:
    """Rows of a source that the graph refused (GRAPH_REJECT_SCHEMA), by reason, as `reasons` gives them."""
    rows = rejects.filter(pc.equal(rejects["source"], source))
    lines = pc.fill_null(rows["line"].cast(pa.string()), "?")
    shown = pc.binary_join_element_wise("line ", lines, ": ", pc.fill_null(rows["value"], ""), "")
    return reasons(rows["reason"], shown)


def quarantined(rows: pa.Table, dataset: str) -> list[dict[str, Any]]:
    """Records of a dataset that were set aside (QUARANTINE_SCHEMA), by reason, as `reasons` gives them."""
    rows = rows.filter(pc.equal(rows["dataset"], dataset))
    perturbed, counts = flat(rows["perturbations"])
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    genes = pc.binary_join(pa.ListArray.from_arrays(offsets, pc.struct_field(perturbed, "gene")), " × ")
    values = pc.fill_null(rows["value"].cast(pa.string()), "missing").combine_chunks()
    return reasons(rows["reason"], pc.binary_join_element_wise(genes, values, ": "))


def reasons(texts: pa.ChunkedArray, shown: pa.ChunkedArray | pa.Array) -> list[dict[str, Any]]:
    """Reason, number of rows and the first examples of each reason, the most frequent first."""
    table = pa.table({"reason": texts, "shown": shown})
    counts = {row["values"]: row["counts"] for row in pc.value_counts(texts).to_pylist()}
    return [
        {
            "reason": reason,
            "rows": count,
            "examples": table.filter(pc.equal(table["reason"], reason))["shown"].slice(0, EXAMPLES).to_pylist(),
        }
        for reason, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def told(files: Iterable[dict[str, Any]]) -> str:
    """What became of own files, for a person to read."""
    lines = []
    for file in files:
        kept = ", ".join(f"{count:,} {phenotype}" for phenotype, count in file["records"].items()) or "none"
        lines.append(f"your {file['name']}: measurements of one value in the dataset: {kept}")
        if file["repeats"]:
            lines.append(f"  {file['repeats']:,} of them are averaged with others of the same strain and environment")
        for each in file["dropped"]:
            examples = "; ".join(each["examples"])
            lines.append(f"  {each['rows']:,} rows: {each['reason']}" + (f" (such as {examples})" if examples else ""))
    return "\n".join(lines)
