// Strains with the highest values of one component, such as lysine among the amino acids.
// param component: "lysine"   name of the component
// param least: 2.0            lowest value, in the component's unit
MATCH (c:Component {name: $component})<-[m:Measures]-(e:ProfileExperiment)
WHERE m.value >= $least
RETURN e.dataset AS dataset, e.strain AS strain, m.value AS value, c.unit AS unit
ORDER BY value DESC, dataset, strain
