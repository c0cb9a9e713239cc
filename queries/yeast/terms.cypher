// What the terms of the Gene Ontology are called, ordered by term.
MATCH (t:GoTerm)
RETURN t.id AS term, t.name AS name
ORDER BY term
