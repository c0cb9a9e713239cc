// Genes whose products touch the product of a gene (STRING physical links), the surest first.
// param gene: "YAL001C"   systematic name
// param score: 400        lowest combined score, 0 to 1000
MATCH (g:Gene {id: $gene})-[r:InteractsWith]-(other:Gene)
WHERE r.combined_score >= $score
RETURN other.id AS gene, other.standard_name AS standard_name, r.combined_score AS combined_score,
       r.experiments AS experiments, r.database AS database, r.textmining AS textmining
ORDER BY combined_score DESC, gene
