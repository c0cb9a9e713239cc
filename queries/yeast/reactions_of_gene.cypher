// Reactions that a gene catalyses in the metabolic model, and what they consume (< 0) and produce (> 0).
// param gene: "YLR028C"   systematic name; ADE16
MATCH (g:Gene {id: $gene})-[:Catalyses]->(r:Reaction)-[c:Converts]->(m:Metabolite)
RETURN r.id AS reaction, r.name AS name, m.name AS metabolite, m.compartment AS compartment,
       c.coefficient AS coefficient, r.rule AS rule
ORDER BY reaction, coefficient, metabolite
