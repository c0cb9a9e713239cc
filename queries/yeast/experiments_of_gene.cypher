// Interactions measured with a gene, the strongest negative first: the other gene, ε and where it comes from.
// param gene: "YLR028C"   systematic name; ADE16
// param most: 0.0         only interactions with ε up to this value
MATCH (g:Gene {id: $gene})<-[:Perturbs]-(e:InteractionExperiment)-[p:Perturbs]->(other:Gene)
WHERE other.id <> g.id AND e.value <= $most
RETURN other.id AS gene, other.standard_name AS standard_name, e.value AS value, e.p_value AS p_value,
       p.kind AS kind, p.allele AS allele, e.dataset AS dataset, e.id AS id
ORDER BY value, gene, id
