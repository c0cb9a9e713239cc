// Physical links between gene products (STRING), each once, ordered by gene.
// param score: 150        lowest combined score, 0 to 1000
MATCH (a:Gene)-[r:InteractsWith]->(b:Gene)
WHERE r.combined_score >= $score
RETURN a.id AS gene, b.id AS other, r.combined_score AS combined_score, r.experiments AS experiments,
       r.database AS database, r.textmining AS textmining
ORDER BY gene, other
