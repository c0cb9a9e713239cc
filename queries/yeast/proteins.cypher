// Proteins and the genes that encode them, ordered by accession.
// param reviewed: true   only proteins of Swiss-Prot (true) or of TrEMBL (false)
MATCH (g:Gene)-[:Encodes]->(p:Protein)
WHERE p.reviewed = $reviewed
RETURN p.accession AS accession, p.entry_name AS entry_name, p.name AS name, g.id AS gene, p.sequence AS sequence
ORDER BY accession, gene
