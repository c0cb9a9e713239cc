// E-MAP S-scores: one row for each perturbed gene of each experiment.
// In no order: the stage that asks for millions sorts them itself, in half the time.
// param low: "0"    lowest identifier to return, 16 hexadecimal digits or a beginning of them
// param high: "g"   identifiers from here on are left out; "g" lies behind all of them
MATCH (e:SScoreExperiment)-[:MeasuredIn]->(v:Environment)
WHERE e.id >= $low AND e.id < $high
MATCH (e)-[p:Perturbs]->(g:Gene)
RETURN e.id AS id, e.dataset AS dataset, e.publication AS publication, e.query_gene AS query_gene,
       v.media AS media, v.temperature AS temperature, e.value AS value, e.standard_error AS standard_error,
       e.n AS n, e.p_value AS p_value, e.reference AS reference, e.reconstructed AS reconstructed,
       g.id AS gene, p.kind AS kind, p.allele AS allele
