// Genes of the reference strain with place, essentiality and coding sequence, ordered by systematic name.
// param feature_type: "ORF"   SGD feature type; "" for all of them
MATCH (g:Gene)
WHERE $feature_type = "" OR g.feature_type = $feature_type
RETURN g.id AS id, g.standard_name AS standard_name, g.feature_type AS feature_type, g.qualifier AS qualifier,
       g.chromosome AS chromosome, g.start AS start, g.stop AS stop, g.strand AS strand,
       g.essential AS essential, g.coding_sequence AS coding_sequence
ORDER BY id
