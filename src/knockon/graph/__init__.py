"""The knowledge graph: BioCypher schema and adapters, the dump, and the stores that index it."""
