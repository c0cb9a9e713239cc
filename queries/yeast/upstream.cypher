// The DNA before each gene, where the source gives it, ordered by systematic name.
// param classification: "Verified"   Verified, Uncharacterized, Dubious …; "" for all of them
MATCH (g:Gene)
WHERE g.upstream_sequence IS NOT NULL AND ($classification = "" OR g.orf_classification = $classification)
RETURN g.id AS gene, g.orf_classification AS orf_classification, g.upstream_sequence AS upstream_sequence
ORDER BY gene
