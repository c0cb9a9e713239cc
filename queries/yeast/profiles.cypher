// Phenotypes of many values: one row for each measured component of each experiment, ordered by both.
// A component without a row was not measured.
// param low: "0"         lowest identifier to return, 16 hexadecimal digits or a beginning of them
// param high: "g"        identifiers from here on are left out; "g" lies behind all of them
// param phenotype: ""    metabolome, morphology, expression or growth; "" for all of them
MATCH (e:ProfileExperiment)-[m:Measures]->(c:Component)
WHERE e.id >= $low AND e.id < $high AND ($phenotype = "" OR e.phenotype = $phenotype)
RETURN e.id AS id, c.name AS component, m.value AS value, c.unit AS unit
ORDER BY id, component
