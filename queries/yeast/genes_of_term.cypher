// Genes annotated to a GO term itself or to a term up to four steps below it, ordered by gene.
// param term: "GO:0006281"   identifier of the term
MATCH (t:GoTerm {id: $term})<-[:IsA*0..4]-(c:GoTerm)<-[:AnnotatedTo]-(g:Gene)
RETURN DISTINCT g.id AS gene, g.standard_name AS standard_name
ORDER BY gene
