"""Errors of a query: what is unknown and what is nearest to it."""

import pytest

from knockon.errors import KnockonError
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.messages import code_of, nearest, parameters_of


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MATCH (g:Gen) RETURN g.id", "no node label Gen; did you mean Gene?"),
        ("MATCH (g:gene) RETURN g.id", "no node label gene; did you mean Gene?"),
        ("MATCH (e:InteractionExp) RETURN e.id", "label InteractionExp; did you mean InteractionExperiment?"),
        ("MATCH (g:Gene)<-[p:Perturb]-(e) RETURN e.id", "no edge label Perturb; did you mean Perturbs?"),
        ("MATCH (g:Gene)-[:IsA*1..2]-(:Genes {id: 'x'}) RETURN g.id", "no node label Genes; did you mean Gene?"),
        ("MATCH (e:FitnessExperiment|Fitness) RETURN e.id", "no node label Fitness; did you mean FitnessExperiment?"),
        ("MATCH (g:Gene) RETURN g.standard_nam", "Gene has no property standard_nam; did you mean standard_name?"),
        ("MATCH (g:Gene) RETURN g.Standard_Name", "no property Standard_Name; did you mean standard_name?"),
        ("MATCH ()-[r:Perturbs]->() RETURN r.allel", "Perturbs has no property allel; did you mean allele?"),
        ("MATCH (n) RETURN n.nonsens", "n has no property nonsens"),
        ("MATCH (e:FitnessExperiment) RETURN e.growth", "has no property growth; there are dataset, id, n, p_value,"),
        ("MATCH (gene:Gene) RETURN gen", "does not define gen; did you mean gene?"),
        ("MATCH (g:Gene) RETURN apoc_thing(g.id)", "calls APOC_THING(), which the embedded store"),
        ("MATCH (g:Gene)\nRETURN g.id ORDER", "not valid Cypher: line"),
        ("MATCH (g:Gene RETURN g.id", "not valid Cypher: line 1"),
        ("// nothing\n ", "the query is empty"),
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


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (e:FitnessExperiment|InteractionExperiment) RETURN e.value AS value LIMIT 1",
        "MATCH (g:Gene)<-[p:`Perturbs`]-(e:FitnessExperiment {dataset: 'x'}) RETURN g.aliases[1:2] AS a, p.kind AS k",
        "MATCH (g) RETURN g.standard_name AS name, 1.5 AS half, label(g) AS label",
        "MATCH (t:GoTerm)-[:IsA*0..2]->(u:GoTerm) RETURN count(*) AS n",
        "MATCH (g:Gene) WITH g.id AS id, {size: 1} AS extra RETURN id, extra.size AS size",
        "MATCH (g:Gene) WHERE EXISTS { MATCH (g)<-[:Perturbs]-(:FitnessExperiment) } RETURN g.preferred_id AS p",
    ],
)
def test_valid_queries_pass_the_check(tiny_store: EmbeddedStore, text: str) -> None:
    """The check reads Cypher with patterns: it must not refuse what the store would answer."""
    assert next(tiny_store.query(text)).num_columns


def test_nearest_names_all_where_nothing_is_alike() -> None:
    """A hint that fits nothing is worse than a list."""
    assert nearest("zzz", ["alpha", "beta"]) == "; there are alpha, beta"
    assert nearest("x", []) == ""
