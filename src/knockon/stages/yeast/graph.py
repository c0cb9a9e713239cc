"""yeast_graph: the raw files and your own, through BioCypher's schema, into the dump of the knowledge graph."""

from pathlib import Path
from typing import Any

from knockon.atomic import write_json
from knockon.errors import KnockonError
from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.build import build_yeast_graph
from knockon.graph.manifest import RawFile
from knockon.leftovers import remove_leftovers
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

_CONFIGS = BioCypherFiles(
    config=Path("configs/biocypher_config.yaml"),
    schema=Path("configs/schema_config.yaml"),
    ontology=Path("configs/head_ontology.ttl"),
)

READS = (paths.RAW, paths.OWN, _CONFIGS.config, _CONFIGS.schema, _CONFIGS.ontology)
PARAMS = ("yeast.own",)


def own_file(entry: dict[str, Any]) -> RawFile:
    """A file in data/own as params.yaml states it. Raises KnockonError where it is not there."""
    path = paths.OWN / entry["path"]
    if not path.is_file():
        raise KnockonError(f"{path}: is missing, but params.yaml lists it under yeast.own: put the file there")
    stated = {key: value for key, value in entry.items() if key not in ("path", "table") and value is not None}
    return RawFile(**stated, path=path, options=entry.get("table", {}))


def main(params: Params) -> None:
    """Build the dump; count nodes, edges and rejected rows."""
    remove_leftovers(paths.DUMP)
    own = [own_file(entry) for entry in params["yeast.own"]]
    summary = build_yeast_graph(paths.RAW, paths.DUMP, paths.REJECTED, _CONFIGS, own=own)
    rejected = {source: sum(reasons.values()) for source, reasons in summary.rejects.items()}
    metrics = {
        "counts": summary.counts,
        "rejected": {"total": sum(rejected.values()), "sources": summary.rejects},
        "unused_files": summary.unused,
    }
    write_json(paths.METRICS / "graph.json", metrics)


if __name__ == "__main__":
    run_stage(main, PARAMS)
