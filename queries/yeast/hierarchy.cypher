// The hierarchy that a model is built on: terms and the genes directly under them, ordered by both.
// param hierarchy: ""   name in raw/manifest.yaml; "" for all of them
MATCH (g:Gene)-[p:PlacedUnder]->(t:GoTerm)
WHERE $hierarchy = "" OR p.hierarchy = $hierarchy
RETURN p.hierarchy AS hierarchy, t.id AS term, t.name AS name, g.id AS gene
ORDER BY hierarchy, term, gene
