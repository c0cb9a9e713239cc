// Transcription factors that regulate a gene, ordered by name.
// param gene: "YAL001C"   systematic name of the regulated gene
MATCH (f:Gene)-[:Regulates]->(g:Gene {id: $gene})
RETURN f.id AS regulator, f.standard_name AS standard_name
ORDER BY regulator
