"""`knockon cells`: models of a person's own transcriptomes."""
