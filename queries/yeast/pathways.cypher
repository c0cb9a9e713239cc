// Biochemical pathways and their genes, ordered by pathway and gene.
MATCH (g:Gene)-[:MemberOf]->(p:Pathway)
RETURN p.name AS pathway, g.id AS gene
ORDER BY pathway, gene
