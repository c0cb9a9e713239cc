// Genes associated with a gene in STRING v9.1, by channel; a channel without a value does not list the pair.
// param gene: "YAL001C"   systematic name
// param score: 0.0        lowest score of the best channel, 0 to 1
MATCH (g:Gene {id: $gene})-[a:AssociatedWith]-(other:Gene)
WHERE a.neighborhood >= $score OR a.fusion >= $score OR a.cooccurence >= $score OR a.database >= $score
RETURN other.id AS gene, other.standard_name AS standard_name, a.neighborhood AS neighborhood, a.fusion AS fusion,
       a.cooccurence AS cooccurence, a.database AS database
ORDER BY gene
