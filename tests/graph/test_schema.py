"""The schema file: what the repository's own declares, and what a broken one says."""

from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.graph.schema import read_schema
from tests.graph.made_up import FILES

_GENE = "gene:\n  represented_as: node\n  input_label: Gene\n"


def test_every_property_of_the_schema_has_a_type_and_a_unit() -> None:
    """No property may enter the graph without a unit; the contract's labels are all there."""
    schema = read_schema(FILES.schema)
    assert {"Gene", "GoTerm", "Pathway", "Complex", "Environment", "Publication", "Dataset"} <= set(schema.entities)
    assert {"FitnessExperiment", "InteractionExperiment", "SScoreExperiment", "Perturbs"} <= set(schema.entities)
    for entity in schema.entities.values():
        assert [field.metadata[b"unit"] for field in entity.arrow_fields()] == [
            unit.encode() for unit in (entity.units[name] for name in entity.properties)
        ]
        assert all(entity.units[name].strip() for name in entity.properties)


def test_edges_state_what_they_connect() -> None:
    """The embedded store creates its tables from this; an edge between unknown labels would fail there."""
    schema = read_schema(FILES.schema)
    nodes = {label for label, entity in schema.entities.items() if entity.is_node}
    for entity in schema.entities.values():
        assert {label for pair in entity.between for label in pair} <= nodes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no entities"),
        ("gene: [", "not valid YAML"),
        ("gene: 3", "represented_as"),
        ("gene:\n  represented_as: node\n  input_label: gene\n", "input_label must be Gene"),
        (_GENE + "  properties: {length: integer}\n  units: {length: bp}\n", "type 'integer' is unknown"),
        (_GENE + "  properties: {length: int}\n", "gene.length states no unit"),
        (_GENE + "  units: {length: bp}\n", "properties that it hasn't: length"),
        (_GENE + "  between: [[Gene, Gene]]\n", "a node does not"),
    ],
)
def test_a_broken_schema_file_is_named_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    """People edit this file; each mistake must say file, label and property."""
    path = tmp_path / "schema.yaml"
    path.write_text(text)
    with pytest.raises(KnockonError, match=message) as caught:
        read_schema(path)
    assert str(path) in str(caught.value)


def test_a_label_outside_the_schema_is_refused() -> None:
    """A table of an undeclared label must not reach the dump."""
    schema = read_schema(FILES.schema)
    with pytest.raises(KnockonError, match="Perturbs is not a node"):
        schema.node("Perturbs")
    with pytest.raises(KnockonError, match="Genes is not an edge"):
        schema.edge("Genes")
