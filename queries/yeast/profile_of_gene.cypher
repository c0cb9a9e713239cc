// What the deletion of a gene does to one kind of phenotype: every component and its value, the largest first.
// param gene: "YAL002W"             systematic name
// param phenotype: "metabolome"     metabolome, morphology, expression or growth
MATCH (g:Gene {id: $gene})<-[:Perturbs]-(e:ProfileExperiment)-[m:Measures]->(c:Component)
WHERE e.phenotype = $phenotype
RETURN e.dataset AS dataset, e.strain AS strain, c.name AS component, m.value AS value, c.unit AS unit
ORDER BY value DESC, dataset, strain, component
