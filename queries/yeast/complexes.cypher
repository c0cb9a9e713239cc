// Protein complexes and their genes, ordered by complex and gene.
MATCH (g:Gene)-[:MemberOf]->(c:Complex)
RETURN c.name AS complex, g.id AS gene
ORDER BY complex, gene
