// Genes and the subsystems of the metabolic model that their reactions belong to, each once.
MATCH (g:Gene)-[:Catalyses]->(r:Reaction)
UNWIND r.subsystems AS subsystem
RETURN DISTINCT g.id AS gene, subsystem
ORDER BY gene, subsystem
