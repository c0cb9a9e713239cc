"""yeast_graph: the raw files, through BioCypher's schema, into the dump of the knowledge graph."""

from pathlib import Path

from knockon.atomic import write_json
from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.build import build_yeast_graph
from knockon.leftovers import remove_leftovers
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

_CONFIGS = BioCypherFiles(
    config=Path("configs/biocypher_config.yaml"),
    schema=Path("configs/schema_config.yaml"),
    ontology=Path("configs/head_ontology.ttl"),
)

READS = (paths.RAW, _CONFIGS.config, _CONFIGS.schema, _CONFIGS.ontology)
PARAMS = ()


def main(params: Params) -> None:
    """Build the dump; count nodes, edges and rejected rows."""
    remove_leftovers(paths.DUMP)
    summary = build_yeast_graph(paths.RAW, paths.DUMP, paths.REJECTED, _CONFIGS)
    rejected = {source: sum(reasons.values()) for source, reasons in summary.rejects.items()}
    metrics = {
        "counts": summary.counts,
        "rejected": {"total": sum(rejected.values()), "sources": summary.rejects},
        "unused_files": summary.unused,
    }
    write_json(paths.METRICS / "graph.json", metrics)


if __name__ == "__main__":
    run_stage(main, PARAMS)
