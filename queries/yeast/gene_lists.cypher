// Lists of genes, such as those that DCell models, and their members.
// param list: ""   name in raw/manifest.yaml; "" for all of them
MATCH (g:Gene)-[:MemberOf]->(l:GeneList)
WHERE $list = "" OR l.name = $list
RETURN l.name AS list, g.id AS gene
ORDER BY list, gene
