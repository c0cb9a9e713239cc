// Genes and the GO terms they are annotated to, ordered by gene and term.
// param namespace: ""   biological_process, molecular_function or cellular_component; "" for all of them
MATCH (g:Gene)-[a:AnnotatedTo]->(t:GoTerm)
WHERE $namespace = "" OR t.namespace = $namespace
RETURN g.id AS gene, t.id AS term, t.name AS name, t.namespace AS namespace, a.evidence AS evidence
ORDER BY gene, term
