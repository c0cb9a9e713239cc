// Deletion strains in which the expression of a gene was measured, the highest first.
// param gene: "YLR028C"   systematic name of the gene whose expression is asked for
MATCH (g:Gene {id: $gene})<-[:ExpressionOf]-(c:Component)<-[m:Measures]-(e:ProfileExperiment)
RETURN e.dataset AS dataset, e.strain AS strain, m.value AS value, c.unit AS unit
ORDER BY dataset, value DESC, strain
