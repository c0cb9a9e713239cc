"""A small gene ontology over the planted processes and modules, and its annotations.

Below the root of biological_process lie the processes, below these two branches each, below these the pathways
(serial and buffered modules alike); complexes (serial modules) are cellular components as well. Identifiers of
simulated terms begin with GO:9, which the Gene Ontology does not use.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.text import gzip_file, write_lines
from knockon.sources.simulate.world import World

BIOLOGICAL_PROCESS, MOLECULAR_FUNCTION, CELLULAR_COMPONENT = "GO:0008150", "GO:0003674", "GO:0005575"
_OBSOLETE = "GO:9999999"
_ASPECTS = {"biological_process": "P", "molecular_function": "F", "cellular_component": "C"}
_HEADER = "format-version: 1.2\ndata-version: simulated\ndefault-namespace: gene_ontology\nontology: go\n"
_TYPEDEF = "\n[Typedef]\nid: part_of\nname: part of\nnamespace: external\nis_transitive: true"


@dataclass(frozen=True)
class Ontology:
    """Terms in order of identifier, edges (child, parent, relation), and which term stands for what was planted."""

    terms: dict[str, tuple[str, str]]  # identifier -> name, namespace
    edges: list[tuple[str, str, str]]
    process_term: list[str]
    module_term: list[str]
    complex_term: dict[int, str]  # module -> cellular component

    def below(self, root: str) -> list[str]:
        """The term and its descendants, each once, parents first."""
        children: dict[str, list[str]] = {}
        for child, parent, _ in self.edges:
            children.setdefault(parent, []).append(child)
        found = [root]
        for term in found:
            found.extend(child for child in children.get(term, []) if child not in found)
        return found


def build_ontology(planted: Planted) -> Ontology:
    """Build terms and edges. A module in ten hangs below a second process as well, so that the graph is no tree."""
    terms = {name: (text, text) for text, name in _roots().items()}
    edges: list[tuple[str, str, str]] = []
    process_term, module_term, complex_term = [], [], {}
    processes = len(planted.process_weights)
    for process in range(processes):
        term = f"GO:91{process:05d}"
        terms[term] = (f"simulated process {process}", "biological_process")
        edges.append((term, BIOLOGICAL_PROCESS, "is_a"))
        process_term.append(term)
        for branch in range(2):
            child = f"GO:92{2 * process + branch:05d}"
            terms[child] = (f"simulated process {process}, branch {branch}", "biological_process")
            edges.append((child, term, "is_a"))
    for module, process in enumerate(planted.module_process.tolist()):
        term = f"GO:93{module:05d}"
        terms[term] = (f"simulated pathway {module}", "biological_process")
        edges.append((term, f"GO:92{2 * process + module % 2:05d}", "is_a" if module % 3 else "part_of"))
        if module % 10 == 0 and processes > 1:
            edges.append((term, process_term[(process + 1) % processes], "part_of"))
        module_term.append(term)
        if planted.module_serial[module]:
            complex_term[module] = f"GO:94{module:05d}"
            terms[complex_term[module]] = (f"simulated complex {module}", "cellular_component")
            edges.append((complex_term[module], CELLULAR_COMPONENT, "is_a"))
    return Ontology(dict(sorted(terms.items())), sorted(edges), process_term, module_term, complex_term)


def _roots() -> dict[str, str]:
    return {
        "biological_process": BIOLOGICAL_PROCESS,
        "molecular_function": MOLECULAR_FUNCTION,
        "cellular_component": CELLULAR_COMPONENT,
    }


def annotations(world: World, ontology: Ontology) -> list[tuple[int, str, str]]:
    """Rows (gene, term, evidence), sorted: own modules and complexes, and one annotation in twelve at random.

    One membership in twelve is unknown to the ontology, as in life.
    """
    random, planted = world.settings.generator("annotations"), world.planted
    evidence = np.array(["IDA", "IMP", "IGI", "ISS", "IEA"])
    known = random.random(len(planted.member_gene)) > 1 / 12
    rows = set()
    members = zip(planted.member_gene[known].tolist(), planted.member_module[known].tolist(), strict=True)
    for gene, module in members:
        rows.add((gene, ontology.module_term[module], str(random.choice(evidence))))
        if module in ontology.complex_term:
            rows.add((gene, ontology.complex_term[module], "IDA"))
    for gene in np.flatnonzero(random.random(len(planted.importance)) < 1 / 12).tolist():
        rows.add((gene, ontology.module_term[int(random.integers(planted.modules))], "IEA"))
    for gene in np.flatnonzero(random.random(len(planted.importance)) < 1 / 3).tolist():
        rows.add((gene, MOLECULAR_FUNCTION, "ND"))
    return sorted(rows)


def write_ontology(folder: Path, world: World, ontology: Ontology) -> None:
    """Write `go/`: OBO, child-parent list, GAF, slim mapping; and `dcell/goID_2_name.tab`."""
    write_lines(folder / "go" / "go.obo", _obo_lines(ontology))
    pairs = sorted({(child.replace(":", "_"), parent.replace(":", "_")) for child, parent, _ in ontology.edges})
    write_lines(folder / "go" / "yeast_child_2_parent.txt", ("\t".join(pair) for pair in pairs))
    write_lines(folder / "dcell" / "goID_2_name.tab", (f"{term}\t{name}" for term, (name, _) in ontology.terms.items()))
    rows = annotations(world, ontology)
    with gzip_file(folder / "go" / "gene_association.sgd.gz") as file:
        file.write("".join(f"{line}\n" for line in _gaf_lines(world.genes, ontology, rows)).encode())
    write_lines(folder / "go" / "go_slim_mapping_20180921.tab", _slim_lines(world, ontology))


def _obo_lines(ontology: Ontology) -> list[str]:
    parents: dict[str, list[str]] = {}
    for child, parent, relation in ontology.edges:
        line = f"is_a: {parent}" if relation == "is_a" else f"relationship: {relation} {parent}"
        parents.setdefault(child, []).append(f"{line} ! {ontology.terms[parent][0]}")
    lines = [_HEADER.rstrip("\n")]
    for term, (name, namespace) in ontology.terms.items():
        lines += ["", "[Term]", f"id: {term}", f"name: {name}", f"namespace: {namespace}", *parents.get(term, [])]
    lines += ["", "[Term]", f"id: {_OBSOLETE}", "name: obsolete simulated term", "namespace: biological_process"]
    return [*lines, "is_obsolete: true", _TYPEDEF]


def _gaf_lines(genes: Genes, ontology: Ontology, rows: list[tuple[int, str, str]]) -> list[str]:
    """GAF 2.0, seventeen columns; the systematic name is the first synonym, as SGD writes it."""
    lines = ["!gaf-version: 2.0", "!From: simulated", "!"]
    for gene, term, evidence in rows:
        aspect = _ASPECTS[ontology.terms[term][1]]
        synonyms = "|".join([str(genes.systematic[gene]), *genes.aliases[gene]])
        lines.append(
            f"SGD\t{genes.sgd_id[gene]}\t{genes.common[gene]}\t\t{term}\tSGD_REF:S000000000\t{evidence}\t\t{aspect}\t"
            f"Simulated gene\t{synonyms}\tgene\ttaxon:4932\t20110924\tSGD\t\t"
        )
    return lines


def _slim_lines(world: World, ontology: Ontology) -> list[str]:
    """The slim's terms are the processes; a gene in two processes has two rows; other aspects get their root."""
    genes, planted = world.genes, world.planted
    processes = sorted(
        set(zip(planted.member_gene.tolist(), planted.module_process[planted.member_module].tolist(), strict=True))
    )
    rows = [(gene, "P", ontology.process_term[process]) for gene, process in processes]
    for aspect, root in (("F", MOLECULAR_FUNCTION), ("C", CELLULAR_COMPONENT)):
        rows += [(gene, aspect, root) for gene in range(len(genes))]
    return [
        f"{genes.systematic[gene]}\t{genes.standard[gene]}\t{genes.sgd_id[gene]}\t{aspect}\t{ontology.terms[term][0]}\t"
        f"{term}\tORF|{genes.qualifier[gene]}"
        for gene, aspect, term in sorted(rows)
    ]
