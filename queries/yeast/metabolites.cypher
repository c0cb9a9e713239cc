// Genes and the metabolites that their reactions consume or produce, each once.
MATCH (g:Gene)-[:Catalyses]->(r:Reaction)-[:Converts]->(m:Metabolite)
RETURN DISTINCT g.id AS gene, m.id AS metabolite
ORDER BY gene, metabolite
