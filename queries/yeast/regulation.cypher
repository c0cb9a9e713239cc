// Transcription factors and the genes that they regulate, ordered by gene.
MATCH (f:Gene)-[:Regulates]->(g:Gene)
RETURN g.id AS gene, f.id AS regulator
ORDER BY gene, regulator
