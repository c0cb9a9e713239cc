"""BioCypher in a process of its own: `python -m knockon.graph.biocypher_writer request.json`.

BioCypher writes a log folder into the working directory and depends on the hash seed, on a user's configuration and on
the class hierarchy it loads at import; a child process in a scratch folder keeps all of that away from the caller.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from knockon.errors import KnockonError
from knockon.graph.tables import EdgeTable, NodeTable

IMPORT_CALL = "neo4j-admin-import-call.sh"


@dataclass(frozen=True)
class BioCypherFiles:
    """BioCypher's configuration: schema_config.yaml, the head ontology (Turtle) and biocypher_config.yaml."""

    schema: Path
    ontology: Path
    config: Path


def write_with_biocypher(files: BioCypherFiles, nodes: list[NodeTable], edges: list[EdgeTable], folder: Path) -> None:
    """Let BioCypher write small tables and the import call into an empty `folder`.

    Raises KnockonError with BioCypher's own words where it fails.
    """
    for path in asdict(files).values():
        if not Path(path).is_file():
            raise KnockonError(f"{path}: there is no such file; BioCypher needs it")
    with tempfile.TemporaryDirectory(prefix="knockon-biocypher-") as scratch_name:
        scratch = Path(scratch_name)
        request = {
            "config": str(_write_config(files, scratch, folder)),
            "nodes": [_hand_over(scratch, f"nodes{number}", nodes_) for number, nodes_ in enumerate(nodes)],
            "edges": [_hand_over(scratch, f"edges{number}", edges_) for number, edges_ in enumerate(edges)],
        }
        (scratch / "request.json").write_text(json.dumps(request))
        # BioCypher reads a user's conf.yaml if there is one; an empty configuration home keeps builds alike.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "XDG_CONFIG_HOME": str(scratch), "SHELL": "/bin/bash"}
        command = [sys.executable, "-m", "knockon.graph.biocypher_writer", "request.json"]
        run = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            words = "\n".join((run.stdout + run.stderr).strip().splitlines()[-15:])
            raise KnockonError(f"BioCypher could not write the graph with {files.schema}:\n{words}")
    _sort_import_call(folder / IMPORT_CALL)


def _write_config(files: BioCypherFiles, scratch: Path, folder: Path) -> Path:
    tree = yaml.safe_load(files.config.read_text(encoding="utf-8"))
    tree["biocypher"] |= {
        "schema_config_path": str(files.schema.resolve()),
        "head_ontology": {"url": str(files.ontology.resolve()), "root_node": "entity"},
        "output_directory": str(folder.resolve()),
        "cache_directory": str(scratch / "cache"),
    }
    path = scratch / "config.yaml"
    path.write_text(yaml.safe_dump(tree))
    return path


def _hand_over(scratch: Path, name: str, table: NodeTable | EdgeTable) -> list[str]:
    path = scratch / f"{name}.parquet"
    pq.write_table(table.table, path)
    return [table.label, str(path)]


def _sort_import_call(path: Path) -> None:
    """BioCypher keeps the file arguments in a set, whose order changes from run to run; put them in order."""
    lines = []
    for line in path.read_text().splitlines():
        for option in ("nodes", "relationships"):
            found = re.findall(rf'--{option}="[^"]*" ', line)
            if found:
                line = line.replace("".join(found), "".join(sorted(found)))
        lines.append(line.rstrip())
    path.write_text("\n".join(lines) + "\n")


def _node_rows(label: str, table: pa.Table) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for row in table.to_pylist():
        yield row.pop("id"), label, row


def _edge_rows(label: str, table: pa.Table) -> Iterator[tuple[None, str, str, str, dict[str, Any]]]:
    for row in table.to_pylist():
        yield None, row.pop("source"), row.pop("target"), label, row


def _serve(request: dict[str, Any]) -> None:
    """The child's work. BioCypher is imported here alone, since importing it already has side effects."""
    from biocypher import BioCypher

    writer = BioCypher(biocypher_config_path=request["config"])
    nodes = [row for label, path in request["nodes"] for row in _node_rows(label, pq.read_table(path))]
    edges = [row for label, path in request["edges"] for row in _edge_rows(label, pq.read_table(path))]
    if (nodes and not writer.write_nodes(nodes)) or (edges and not writer.write_edges(edges)):
        sys.exit(1)
    writer.write_import_call()


if __name__ == "__main__":
    _serve(json.loads(Path(sys.argv[1]).read_text()))
