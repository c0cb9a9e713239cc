// Strains of the phenotypes of many values: one row for each deleted gene, one without a gene for a wild type.
// param low: "0"    lowest identifier to return, 16 hexadecimal digits or a beginning of them
// param high: "g"   identifiers from here on are left out; "g" lies behind all of them
MATCH (e:ProfileExperiment)-[:MeasuredIn]->(v:Environment)
WHERE e.id >= $low AND e.id < $high
OPTIONAL MATCH (e)-[p:Perturbs]->(g:Gene)
RETURN e.id AS id, e.dataset AS dataset, e.publication AS publication, e.phenotype AS phenotype, e.strain AS strain,
       v.media AS media, v.temperature AS temperature, e.measured AS measured,
       g.id AS gene, p.kind AS kind, p.allele AS allele
ORDER BY id, gene
