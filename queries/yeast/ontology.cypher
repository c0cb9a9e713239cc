// The edges of the Gene Ontology, from a term to a broader one, ordered by term.
MATCH (c:GoTerm)-[r:IsA]->(p:GoTerm)
RETURN c.id AS child, p.id AS parent, r.relation AS relation
ORDER BY child, parent, relation
