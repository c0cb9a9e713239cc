// Protein complexes of a gene's product, and who else is in them.
// param gene: "YAL001C"   systematic name; TFC3
MATCH (g:Gene {id: $gene})-[:MemberOf]->(c:Complex)<-[:MemberOf]-(other:Gene)
WHERE other.id <> g.id
RETURN c.id AS complex, c.name AS name, other.id AS gene, other.standard_name AS standard_name
ORDER BY complex, gene
