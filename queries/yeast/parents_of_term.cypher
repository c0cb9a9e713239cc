// What a GO term is a kind or a part of, one step up.
// param term: "GO:0006281"   identifier of the term
MATCH (t:GoTerm {id: $term})-[r:IsA]->(p:GoTerm)
RETURN p.id AS term, p.name AS name, r.relation AS relation
ORDER BY term
