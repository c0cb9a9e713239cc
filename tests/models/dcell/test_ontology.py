"""DCell's hierarchy: its rules, its file format, and hierarchies that are none."""

import pytest

from knockon.errors import KnockonError
from knockon.models.dcell.ontology import Term, arrange, build_topology, read_topology, write_topology


def genes(*numbers):
    return {f"Y{number:02d}" for number in numbers}


def annotate(**terms):
    return [(gene, term) for term, members in terms.items() for gene in sorted(members)]


def by_name(topology):
    return {term.name: term for term in topology.terms}


def test_small_terms_pass_their_genes_and_children_to_their_parents():
    """ "small" has 5 genes: it goes, and its genes are the root's own."""
    edges = [("small", "root"), ("large", "root")]
    notes = annotate(small=genes(*range(5)), large=genes(*range(10, 16)))
    terms = by_name(build_topology(edges, notes))
    assert sorted(terms) == ["large", "root"]
    assert set(terms["root"].genes) == genes(*range(5))
    assert terms["root"].children == ("large",)


def test_a_term_that_adds_no_gene_to_a_child_is_collapsed():
    """root - echo - inner: echo contains what inner contains."""
    edges = [("inner", "echo"), ("echo", "root"), ("other", "root")]
    notes = annotate(inner=genes(*range(7)), other=genes(*range(20, 27)))
    terms = by_name(build_topology(edges, notes))
    assert sorted(terms) == ["inner", "other", "root"]
    assert terms["root"].children == ("inner", "other")


def test_redundant_edges_are_removed():
    """inner is below middle, so its direct edge to the root says nothing."""
    edges = [("inner", "middle"), ("middle", "root"), ("inner", "root")]
    notes = annotate(inner=genes(*range(7)), middle=genes(8), root=genes(9))
    terms = by_name(build_topology(edges, notes))
    assert terms["root"].children == ("middle",)
    assert terms["middle"].genes == ("Y08",)


def test_a_gene_counts_once_and_belongs_to_the_lowest_term():
    edges = [("a", "root"), ("b", "root")]
    notes = annotate(a=genes(*range(6)), b=genes(*range(3, 10)), root=genes(0, 11))
    terms = by_name(build_topology(edges, notes))
    assert terms["root"].contained == 11
    assert terms["root"].genes == ("Y11",)


def test_the_root_stays_even_where_one_child_has_all_its_genes():
    terms = by_name(build_topology([("only", "root")], annotate(only=genes(*range(8)))))
    assert terms["root"].children == ("only",)


@pytest.mark.parametrize(("contained", "width"), [(6, 20), (66, 20), (67, 21), (70, 21), (100, 30), (4043, 1213)])
def test_width(contained, width):
    """max(20, ⌈0.3 n⌉), exact where 0.3 n is whole."""
    assert Term("t", (), (), contained).width == width


def test_children_precede_their_parents_and_the_root_is_last():
    topology = arrange(
        {"root": ["G1"], "a": ["G2"], "b": ["G3"], "c": ["G4"]},
        {"root": ["a", "c"], "a": ["b"], "b": [], "c": []},
    )
    assert [[term.name for term in level] for level in topology.levels] == [["b", "c"], ["a"], ["root"]]
    assert topology.root.name == "root"
    assert topology.genes == ("G1", "G2", "G3", "G4")


def test_files_are_read_and_written_alike(tmp_path):
    path = tmp_path / "topology"
    path.write_text(
        "ROOT: GO:0000001 3\nGENES: YAL001C \nTERMS: GO:0000002 \n"
        "ROOT: GO:0000002 2\nGENES: YAL003W YAL002W \nTERMS: \n"
    )
    topology = read_topology(path)
    write_topology(tmp_path / "again", topology)
    assert read_topology(tmp_path / "again") == topology
    assert topology.root == Term("GO:0000001", ("YAL001C",), ("GO:0000002",), 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "topology"),
        ("ROOT: A 1\nGENES: G1\nTERMS: B\n", "line 1: B: child term without an entry"),
        ("ROOT: A 2\nGENES: G1\nTERMS: B\nROOT: B 1\nGENES: G2\nTERMS: A\n", "cycle among A, B"),
        ("ROOT: A 1\nGENES: G1\nTERMS:\nROOT: B 1\nGENES: G2\nTERMS:\n", "2 roots"),
        ("ROOT: A 1\nGENES: G1\nTERMS: B\nROOT: B 0\nGENES:\nTERMS:\n", "term B contains no gene"),
        ("ROOT: A one\n", "line 1"),
    ],
)
def test_a_broken_file_is_explained(tmp_path, text, message):
    path = tmp_path / "topology"
    path.write_text(text)
    with pytest.raises(KnockonError, match=message) as raised:
        read_topology(path)
    assert "topology" in str(raised.value)


def test_edges_and_annotations_that_do_not_meet_are_noticed():
    with pytest.raises(KnockonError, match="same terms"):
        build_topology([("GO_1", "GO_2")], [("YAL001C", "GO:1")])


@pytest.mark.public
def test_dcells_own_example(public_files):
    """GO:0006281 as DCell's authors give it: 21 terms, 162 genes, each ROOT line telling the genes contained."""
    path = public_files / "yeast" / "dcell" / "GO_0006281_topology"
    topology = read_topology(path)
    assert len(topology.terms) == 21
    assert len(topology.genes) == 162
    told = {line.split()[1]: int(line.split()[2]) for line in path.read_text().splitlines() if line.startswith("ROOT")}
    assert {term.name: term.contained for term in topology.terms} == told
