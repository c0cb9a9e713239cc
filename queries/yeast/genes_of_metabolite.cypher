// Genes whose reactions produce or consume a metabolite, ordered by gene and reaction.
// param metabolite: "L-lysine"   name of the metabolite in the metabolic model
MATCH (m:Metabolite {name: $metabolite})<-[c:Converts]-(r:Reaction)<-[:Catalyses]-(g:Gene)
RETURN g.id AS gene, g.standard_name AS standard_name, r.id AS reaction, r.name AS name,
       m.compartment AS compartment, c.coefficient AS coefficient
ORDER BY gene, reaction, compartment
