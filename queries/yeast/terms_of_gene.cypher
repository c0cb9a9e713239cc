// GO terms that SGD's GFF lists with a gene; annotations.cypher and slim_terms.cypher give those of the other sources.
// param gene: "YAL001C"   systematic name
MATCH (g:Gene {id: $gene})-[:TaggedWith]->(t:GoTerm)
RETURN t.id AS term, t.name AS name, t.namespace AS namespace
ORDER BY term
