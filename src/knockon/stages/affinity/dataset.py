"""affinity_dataset: ligands, proteins, measurements, pairs, corpora and screens out of the raw files, and a ledger."""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from knockon.atomic import write_json, write_parquet
from knockon.dataset.affinity.collect import collect
from knockon.dataset.affinity.ligands import Ledger, Read, canonical_corpus, read_molecules
from knockon.dataset.affinity.screens import agreement, screen_table
from knockon.sources.affinity.complexes import ID_SCHEMA, read_ids
from knockon.sources.affinity.proteins import clean_sequences
from knockon.sources.affinity.targets import DUDE_STRUCTURES
from knockon.sources.fasta import read_fasta
from knockon.stages.affinity import paths
from knockon.stages.affinity.inputs import CORE, LISTS, PROTEINS, read_corpora, read_screens, read_sources
from knockon.stages.stage import Params, run_stage

READS = (paths.RAW,)
PARAMS = ("affinity.source",)


def main(params: Params) -> None:
    """Write the tables that docs/affinity.md lists, and metrics/affinity/dataset.json."""
    source = params["affinity.source"]
    screened, ledger = _screened(source)
    found = collect(read_sources(paths.RAW, source), tuple(screened.values()))
    write_parquet(paths.LIGANDS, found.ligands)
    write_parquet(paths.PROTEINS, found.proteins)
    write_parquet(paths.MEASUREMENTS, found.measurements)
    write_parquet(paths.PAIRS, found.pairs)
    write_parquet(paths.REJECTED, found.rejects)
    write_parquet(paths.LISTS, _lists())
    screens = screen_table(screened, DUDE_STRUCTURES, found.measurements, found.ligands)
    write_parquet(paths.SCREEN, screens)
    summary: dict[str, object] = {
        "ligands": found.ligands.num_rows,
        "proteins": found.proteins.num_rows,
        "measurements": found.measurements.num_rows,
        "pairs": found.pairs.num_rows,
        "rejected": found.rejects.num_rows,
        "sources": found.ledger,
        "screens": {"molecules": ledger.summary(), "targets": _targets(screens)},
        "corpora": _write_corpora(source),
    }
    if CORE in found.ledger:
        summary["core_repaired_against_clean"] = agreement(
            found.measurements, found.ligands, "pdbbind2016", CORE, "test"
        )
    write_json(paths.METRICS / "dataset.json", summary)


def _screened(source: str) -> tuple[dict[tuple[str, bool], Read], Ledger]:
    """The molecules of each target's actives and decoys, each text once."""
    ledger = Ledger()
    results = read_screens(paths.RAW, source)
    texts = {key: pc.unique(result.table["smiles"]).to_pylist() for key, result in results.items()}
    return {key: read_molecules(distinct, ledger=ledger) for key, distinct in texts.items()}, ledger


def _targets(screens: pa.Table) -> dict[str, dict[str, int]]:
    counts: Counter[tuple[str, bool]] = Counter(
        zip(screens["target"].to_pylist(), screens["active"].to_pylist(), strict=True)
    )
    names = sorted({target for target, _ in counts})
    return {target: {"actives": counts[target, True], "decoys": counts[target, False]} for target in names}


def _lists() -> pa.Table:
    """CleanSplit's lists that the splits read, in ID_SCHEMA, under the names of `inputs.LISTS`."""
    tables = []
    for name, (file, part) in LISTS.items():
        ids = read_ids(paths.RAW / file).table
        ids = ids.filter(pc.equal(ids["part"], part))
        tables.append(ids.set_column(0, ID_SCHEMA.field("part"), pa.repeat(name, ids.num_rows)))
    return pa.concat_tables(tables)


def _write_corpora(source: str) -> Mapping[str, object]:
    """Both corpora, each text once; counts for the metrics."""
    results = read_corpora(paths.RAW, source)
    texts = pc.unique(pa.concat_tables([result.table for result in results.values()])["smiles"]).to_pylist()
    smiles, ledger = canonical_corpus(texts)
    write_parquet(paths.CORPUS_SMILES, pa.table({"smiles": smiles}))
    sequences = read_fasta(paths.RAW / PROTEINS).table["sequence"].combine_chunks()
    cleaned = clean_sequences(pc.unique(sequences))
    proteins = pc.unique(cleaned.sequences.filter(pc.not_equal(cleaned.sequences, "")))
    proteins = proteins.take(pc.sort_indices(proteins))
    write_parquet(paths.CORPUS_PROTEINS, pa.table({"sequence": proteins}))
    return {
        "smiles": {"rows": {name: result.table.num_rows for name, result in results.items()}, **ledger.summary()}
        | {"molecules": len(smiles)},
        "proteins": {"rows": len(sequences), "sequences": len(proteins)},
    }


if __name__ == "__main__":
    run_stage(main, PARAMS)
