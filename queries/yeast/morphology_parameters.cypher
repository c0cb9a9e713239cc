// Parameters of cell morphology and what they measure, ordered by name.
MATCH (c:Component {phenotype: "morphology"})<-[m:Measures]-(e:ProfileExperiment)
RETURN c.name AS parameter, c.description AS description, count(m) AS strains
ORDER BY parameter
