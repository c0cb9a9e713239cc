// Genes and the terms of SGD's GO slim that they belong to, ordered by gene and term.
// param gene: ""   systematic name; "" for all genes
MATCH (g:Gene)-[:MemberOfSlim]->(t:GoTerm)
WHERE $gene = "" OR g.id = $gene
RETURN g.id AS gene, t.id AS term, t.name AS name
ORDER BY gene, term
