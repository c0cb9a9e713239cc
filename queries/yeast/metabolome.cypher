// Amino acids of deletion strains: a row for each gene and amino acid.
MATCH (g:Gene)<-[:Perturbs]-(e:ProfileExperiment)-[m:Measures]->(c:Component)
WHERE e.phenotype = "metabolome"
RETURN g.id AS gene, c.name AS component, m.value AS value
ORDER BY gene, component, value
