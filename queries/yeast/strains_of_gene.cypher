// The lab's strains of a gene: what they carry, and whether the scoring leaves them out.
// param gene: "YDL014W"   systematic name; NOP1
MATCH (s:Strain)-[c:Carries]->(g:Gene {id: $gene})
RETURN s.name AS strain, c.kind AS kind, c.allele AS allele, s.listed AS listed, s.excluded AS excluded
ORDER BY strain
