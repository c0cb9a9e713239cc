"""Errors of a query: what is unknown and what is nearest to it."""

import pytest

from knockon.errors import KnockonError
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.messages import code_of, nearest, parameters_of


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MATCH (g:Gen) RETURN g.id", "no label Gen; did you mean Gene?"),
        ("MATCH (e:InteractionExp) RETURN e.id", "no label InteractionExp; did you mean InteractionExperiment?"),
        ("MATCH (g:Gene)<-[p:Perturb]-(e) RETURN e.id", "no label Perturb; did you mean Perturbs?"),
        ("MATCH (g:Gene) RETURN g.standard_nam", "g has no property standard_nam; did you mean standard_name?"),
        ("MATCH (e:FitnessExperiment) RETURN e.fitness", "e has no property fitness; there are dataset, id, n,"),
        ("MATCH (e:FitnessExperiment) RETURN e.ident", "e has no property ident; did you mean id?"),
        ("MATCH (gene:Gene) RETURN gen", "does not define gen; did you mean gene?"),
        ("MATCH (g:Gene) RETURN apoc_thing(g.id)", "calls APOC_THING(), which the embedded store"),
        ("MATCH (g:Gene)\nRETURN g.id ORDER", "not valid Cypher: line"),
        ("MATCH (g:Gene RETURN g.id", "not valid Cypher: line 1"),
        ("", "query"),
        ("CREATE (g:Gene {id: 'X'})", "the graph is read-only"),
        ("MATCH (g:Gene) RETURN g.id; MATCH (g:Gene) RETURN g.id", "one query at a time"),
        ("MATCH (g:Gene {id: $gene}) RETURN g.id", "parameters that are not given: gene"),
    ],
)
def test_a_query_that_cannot_run_says_why(tiny_store: EmbeddedStore, text: str, message: str) -> None:
    """An unknown name gives an error in this store and nothing in others: either way people need the right name."""
    with pytest.raises(KnockonError) as caught:
        tiny_store.query(text)
    assert message in str(caught.value)


def test_a_parameter_that_the_query_lacks_is_named(tiny_store: EmbeddedStore) -> None:
    """A misspelt parameter would otherwise be ignored, and the real one taken as null."""
    with pytest.raises(KnockonError, match="parameters that are not given: gene"):
        tiny_store.query("MATCH (g:Gene {id: $gene}) RETURN g.id", {"gen": "X"})
    with pytest.raises(KnockonError, match="no parameter gen; did you mean gene"):
        tiny_store.query("MATCH (g:Gene {id: $gene}) RETURN g.id", {"gene": "X", "gen": "X"})


def test_strings_and_comments_are_no_code() -> None:
    """A $ in a comment or a text is no parameter."""
    text = "// $a costs $b\nMATCH (g {id: '$c', n: \"it's $d\"}) /* $e\n$f */ WHERE g.x = $real // end"
    assert parameters_of(text) == {"real"}
    assert "MATCH" in code_of(text)


def test_nearest_names_all_where_nothing_is_alike() -> None:
    """A hint that fits nothing is worse than a list."""
    assert nearest("zzz", ["alpha", "beta"]) == "; there are alpha, beta"
    assert nearest("x", []) == ""
